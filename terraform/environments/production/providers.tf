# No credential is written here: AWS takes those of the caller, Atlas MONGODB_ATLAS_PUBLIC_KEY and
# MONGODB_ATLAS_PRIVATE_KEY, Elastic Cloud EC_API_KEY.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      Installation = local.name
      ManagedBy    = "terraform"
    }
  }
}

provider "mongodbatlas" {}

provider "ec" {}

provider "kubernetes" {
  host                   = module.installation.cluster.endpoint
  cluster_ca_certificate = module.installation.cluster.certificate_authority

  # A token that lives for minutes, and is in no state.
  exec {
    api_version = "client.authentication.k8s.io/v1beta1"
    command     = "aws"
    args        = ["eks", "get-token", "--cluster-name", module.installation.cluster.name, "--region", var.region]
  }
}

provider "elasticstack" {
  elasticsearch {
    endpoints = [module.installation.elasticsearch.endpoint]
    username  = module.installation.elasticsearch.username
    password  = module.installation.elasticsearch.password
  }
}
