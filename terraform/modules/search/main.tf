locals {
  index_prefix = "${var.name}-"
}

resource "ec_deployment_traffic_filter" "clients" {
  name   = "${var.name}-clients"
  region = "aws-${var.region}"
  type   = "ip"

  dynamic "rule" {
    for_each = setunion([for address in var.client_addresses : "${address}/32"], var.analyst_cidrs)

    content {
      source = rule.value
    }
  }
}

resource "ec_deployment" "this" {
  name                   = var.name
  region                 = "aws-${var.region}"
  version                = var.elastic_version
  deployment_template_id = var.template
  traffic_filter         = [ec_deployment_traffic_filter.clients.id]

  elasticsearch = {
    hot = {
      size        = var.memory
      zone_count  = var.zones
      autoscaling = {}
    }
  }

  kibana = {
    size       = "1g"
    zone_count = 1
  }
}

# The platform sees its own indices and nothing else.
resource "elasticstack_elasticsearch_security_role" "platform" {
  name    = "${var.name}-platform"
  cluster = ["monitor"]

  indices {
    names      = ["${local.index_prefix}*"]
    privileges = ["all"]
  }
}

# Analysts read; what they may do in Kibana is given by its own roles.
resource "elasticstack_elasticsearch_security_role" "analyst" {
  name = "${var.name}-analyst"

  indices {
    names      = ["${local.index_prefix}*"]
    privileges = ["read", "view_index_metadata"]
  }
}

# In the state, like that of the deployment's own superuser; see README, "What is secret".
resource "random_password" "platform" {
  length  = 48
  special = false
  keepers = { revision = var.password_revision }
}

resource "elasticstack_elasticsearch_security_user" "platform" {
  username = var.username
  password = random_password.platform.result
  roles    = [elasticstack_elasticsearch_security_role.platform.name]
}
