# For trying changes: as small as the engines allow, and easily made anew.
locals {
  name = "spirit-development"
}

module "installation" {
  source = "../../modules/installation"

  name                      = local.name
  region                    = var.region
  administrator_arns        = var.administrator_arns
  kubernetes_endpoint_cidrs = var.office_cidrs
  secrets_revision          = var.secrets_revision
  secret_recovery_days      = 0

  network = {
    cidr            = "10.30.0.0/16"
    zones           = ["${var.region}a", "${var.region}b", "${var.region}c"]
    one_nat_gateway = true
  }

  event_store = {
    nodes                  = 1
    volume_gib             = 20
    cpu                    = "500m"
    memory                 = "2Gi"
    certificate_secret_arn = var.certificate_secret_arn
  }

  kafka = {
    instance_type = "kafka.t3.small"
    volume_gib    = 20
    partitions    = 6
  }

  documents = {
    organisation_id       = var.atlas_organisation_id
    instance_size         = "M10"
    largest_instance_size = "M20"
    keep                  = false
  }

  search = {
    memory        = "1g"
    zones         = 1
    analyst_cidrs = var.office_cidrs
  }

  redis = {
    node_type = "cache.t4g.small"
    replicas  = 0
  }

  platform = {
    image        = var.image
    zone         = var.zone
    host         = "api.development.${var.zone}"
    client_cidrs = var.office_cidrs
    log_level    = "debug"
    seed_demo    = true
    roles = {
      command-api      = { least = 1 }
      query-api        = { least = 1 }
      relay            = { least = 1 }
      projector        = { least = 1 }
      process-managers = { least = 1 }
    }
  }
}
