locals {
  service = "event-store"
  labels  = { "app.kubernetes.io/name" = local.service }
  host    = "${local.service}.${var.namespace}.svc.cluster.local"
  port    = 2113

  settings = {
    EVENTSTORE_CLUSTER_SIZE                          = tostring(var.nodes)
    EVENTSTORE_CLUSTER_DNS                           = local.host
    EVENTSTORE_DISCOVER_VIA_DNS                      = tostring(var.nodes > 1)
    EVENTSTORE_CLUSTER_GOSSIP_PORT                   = tostring(local.port)
    EVENTSTORE_NODE_PORT                             = tostring(local.port)
    EVENTSTORE_NODE_IP                               = "0.0.0.0"
    EVENTSTORE_REPLICATION_IP                        = "0.0.0.0"
    EVENTSTORE_NODE_HOST_ADVERTISE_AS                = "$(POD_NAME).${local.host}"
    EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS         = "$(POD_NAME).${local.host}"
    EVENTSTORE_DB                                    = "/var/lib/eventstore/data"
    EVENTSTORE_INDEX                                 = "/var/lib/eventstore/index"
    EVENTSTORE_LOG                                   = "/var/lib/eventstore/logs"
    EVENTSTORE_RUN_PROJECTIONS                       = "None"
    EVENTSTORE_MAX_APPEND_SIZE                       = "16777216"
    EVENTSTORE_CERTIFICATE_FILE                      = "/certificates/node/tls.crt"
    EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE          = "/certificates/node/tls.key"
    EVENTSTORE_TRUSTED_ROOT_CERTIFICATES_PATH        = "/certificates/ca"
    EVENTSTORE_CERTIFICATE_RESERVED_NODE_COMMON_NAME = local.host
    DOTNET_EnableDiagnostics                         = "0"
  }
}

ephemeral "aws_secretsmanager_secret_version" "certificates" {
  secret_id = var.certificate_secret_arn
}

resource "kubernetes_secret_v1" "node" {
  metadata {
    name      = "${local.service}-node"
    namespace = var.namespace
  }

  data_wo = {
    "tls.crt"        = jsondecode(ephemeral.aws_secretsmanager_secret_version.certificates.secret_string)["tls_crt"]
    "tls.key"        = jsondecode(ephemeral.aws_secretsmanager_secret_version.certificates.secret_string)["tls_key"]
    "admin-password" = var.password
  }
  data_wo_revision = var.secrets_revision
}

# Clients are given this one: it holds no key.
resource "kubernetes_secret_v1" "ca" {
  metadata {
    name      = "${local.service}-ca"
    namespace = var.namespace
  }

  data_wo          = { "ca.crt" = jsondecode(ephemeral.aws_secretsmanager_secret_version.certificates.secret_string)["ca_crt"] }
  data_wo_revision = var.secrets_revision
}

resource "kubernetes_service_v1" "this" {
  metadata {
    name      = local.service
    namespace = var.namespace
    labels    = local.labels
  }

  spec {
    # Headless: its name resolves to every node, and each node has a name of its own below it.
    cluster_ip = "None"
    # Nodes find each other before they are ready, since they become ready by having found each other.
    publish_not_ready_addresses = true
    selector                    = local.labels

    port {
      name = "grpc"
      port = local.port
    }

    port {
      name = "replication"
      port = 1112
    }
  }
}

resource "kubernetes_pod_disruption_budget_v1" "this" {
  metadata {
    name      = local.service
    namespace = var.namespace
  }

  spec {
    # Acknowledged writes are on a majority: a drain takes one node at a time.
    max_unavailable = "1"

    selector {
      match_labels = local.labels
    }
  }
}

resource "kubernetes_network_policy_v1" "this" {
  metadata {
    name      = local.service
    namespace = var.namespace
  }

  spec {
    policy_types = ["Ingress"]

    pod_selector {
      match_labels = local.labels
    }

    ingress {
      from {
        pod_selector {
          match_labels = var.client_labels
        }
      }

      ports {
        port = tostring(local.port)
      }
    }

    ingress {
      from {
        pod_selector {
          match_labels = local.labels
        }
      }

      ports {
        port = tostring(local.port)
      }

      ports {
        port = "1112"
      }
    }
  }
}

resource "kubernetes_service_account_v1" "this" {
  metadata {
    name      = local.service
    namespace = var.namespace
  }

  automount_service_account_token = false
}
