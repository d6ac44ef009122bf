locals {
  name = "spirit-production"
}

module "installation" {
  source = "../../modules/installation"

  name                      = local.name
  region                    = var.region
  administrator_arns        = var.administrator_arns
  kubernetes_endpoint_cidrs = var.office_cidrs
  secrets_revision          = var.secrets_revision

  network = {
    cidr  = "10.50.0.0/16"
    zones = ["${var.region}a", "${var.region}b", "${var.region}c"]
  }

  event_store = {
    volume_gib             = 500
    cpu                    = "2"
    memory                 = "8Gi"
    certificate_secret_arn = var.certificate_secret_arn
  }

  kafka = {
    instance_type = "kafka.m7g.xlarge"
    volume_gib    = 500
    partitions    = 24
  }

  documents = {
    organisation_id       = var.atlas_organisation_id
    instance_size         = "M40"
    largest_instance_size = "M80"
  }

  search = {
    memory        = "8g"
    zones         = 3
    analyst_cidrs = var.office_cidrs
  }

  redis = {
    node_type = "cache.m7g.large"
    replicas  = 2
  }

  platform = {
    image = var.image
    zone  = var.zone
    host  = "api.${var.zone}"
    roles = {
      command-api      = { least = 3, most = 12, cpu = "1" }
      query-api        = { least = 3, most = 12, cpu = "1" }
      relay            = { least = 1, cpu = "1" }
      projector        = { least = 4, cpu = "1", memory = "2Gi" }
      process-managers = { least = 1 }
    }
  }
}
