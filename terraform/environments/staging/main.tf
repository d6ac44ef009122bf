# Shaped like production, smaller: what fails there must fail here first.
locals {
  name = "spirit-staging"
}

module "installation" {
  source = "../../modules/installation"

  name                      = local.name
  region                    = var.region
  administrator_arns        = var.administrator_arns
  kubernetes_endpoint_cidrs = var.office_cidrs
  secrets_revision          = var.secrets_revision

  network = {
    cidr  = "10.40.0.0/16"
    zones = ["${var.region}a", "${var.region}b", "${var.region}c"]
  }

  event_store = {
    volume_gib             = 50
    cpu                    = "500m"
    memory                 = "2Gi"
    certificate_secret_arn = var.certificate_secret_arn
  }

  kafka = {
    instance_type = "kafka.m7g.large"
    volume_gib    = 100
  }

  documents = {
    organisation_id       = var.atlas_organisation_id
    instance_size         = "M10"
    largest_instance_size = "M30"
  }

  search = {
    memory        = "2g"
    zones         = 2
    analyst_cidrs = var.office_cidrs
  }

  redis = {
    node_type = "cache.t4g.medium"
  }

  platform = {
    image        = var.image
    zone         = var.zone
    host         = "api.staging.${var.zone}"
    client_cidrs = var.office_cidrs
  }
}
