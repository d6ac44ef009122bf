terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    ec = {
      source  = "elastic/ec"
      version = ">= 0.12.2, < 0.13.0"
    }
    elasticstack = {
      source  = "elastic/elasticstack"
      version = ">= 0.14.3, < 0.15.0"
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.9.1, < 4.0.0"
    }
  }
}
