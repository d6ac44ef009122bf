locals {
  labels = { "app.kubernetes.io/part-of" = "spirit-tours" }
  apis   = { for role, size in var.roles : role => size if endswith(role, "-api") }
  port   = 8080

  role_labels = { for role in keys(var.roles) : role => merge(local.labels, { "app.kubernetes.io/name" = role }) }
}

resource "kubernetes_config_map_v1" "this" {
  metadata {
    name      = "platform"
    namespace = var.namespace
  }

  data = merge(var.environment, {
    HOST     = "0.0.0.0"
    PORT     = tostring(local.port)
    DATA_DIR = "/data"
  })
}

resource "kubernetes_secret_v1" "this" {
  metadata {
    name      = "platform"
    namespace = var.namespace
  }

  data_wo          = var.secret_environment
  data_wo_revision = var.secrets_revision
}

resource "kubernetes_service_v1" "api" {
  for_each = local.apis

  metadata {
    name      = each.key
    namespace = var.namespace
    labels    = local.role_labels[each.key]
  }

  spec {
    selector = local.role_labels[each.key]

    port {
      name        = "http"
      port        = 80
      target_port = "http"
    }
  }
}

resource "kubernetes_horizontal_pod_autoscaler_v2" "api" {
  for_each = local.apis

  metadata {
    name      = each.key
    namespace = var.namespace
  }

  spec {
    min_replicas = each.value.least
    max_replicas = max(each.value.least, each.value.most)

    scale_target_ref {
      api_version = "apps/v1"
      kind        = "Deployment"
      name        = kubernetes_deployment_v1.role[each.key].metadata[0].name
    }

    metric {
      type = "Resource"

      resource {
        name = "cpu"

        target {
          type                = "Utilization"
          average_utilization = 60
        }
      }
    }
  }
}

resource "kubernetes_pod_disruption_budget_v1" "role" {
  for_each = { for role, size in var.roles : role => size if size.least > 1 }

  metadata {
    name      = each.key
    namespace = var.namespace
  }

  spec {
    max_unavailable = "1"

    selector {
      match_labels = local.role_labels[each.key]
    }
  }
}

# From load balancers and probes alone; pods of the platform don't call each other.
resource "kubernetes_network_policy_v1" "this" {
  metadata {
    name      = "platform"
    namespace = var.namespace
  }

  spec {
    policy_types = ["Ingress"]

    pod_selector {
      match_labels = local.labels
    }

    ingress {
      from {
        ip_block {
          cidr = var.vpc_cidr
        }
      }

      ports {
        port = tostring(local.port)
      }
    }
  }
}
