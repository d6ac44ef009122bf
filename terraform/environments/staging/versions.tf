terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.45.0"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "2.38.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "3.9.1"
    }
    mongodbatlas = {
      source  = "mongodb/mongodbatlas"
      version = "1.41.1"
    }
    ec = {
      source  = "elastic/ec"
      version = "0.12.2"
    }
    elasticstack = {
      source  = "elastic/elasticstack"
      version = "0.14.3"
    }
  }
}
