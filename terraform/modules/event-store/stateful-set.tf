resource "kubernetes_stateful_set_v1" "this" {
  metadata {
    name      = local.service
    namespace = var.namespace
    labels    = local.labels
  }

  spec {
    replicas              = var.nodes
    service_name          = kubernetes_service_v1.this.metadata[0].name
    pod_management_policy = "Parallel"

    selector {
      match_labels = local.labels
    }

    update_strategy {
      type = "RollingUpdate"
    }

    persistent_volume_claim_retention_policy {
      when_deleted = "Retain"
      when_scaled  = "Retain"
    }

    template {
      metadata {
        labels      = local.labels
        annotations = { "spirit-tours/secrets-revision" = tostring(var.secrets_revision) }
      }

      spec {
        service_account_name            = kubernetes_service_account_v1.this.metadata[0].name
        automount_service_account_token = false
        # Flushing and handing over leadership takes a moment.
        termination_grace_period_seconds = 60

        security_context {
          run_as_non_root = true
          run_as_user     = 1000
          run_as_group    = 1000
          fs_group        = 1000

          seccomp_profile {
            type = "RuntimeDefault"
          }
        }

        # Never two nodes on one machine, and spread over the zones.
        affinity {
          pod_anti_affinity {
            required_during_scheduling_ignored_during_execution {
              topology_key = "kubernetes.io/hostname"

              label_selector {
                match_labels = local.labels
              }
            }
          }
        }

        topology_spread_constraint {
          max_skew           = 1
          topology_key       = "topology.kubernetes.io/zone"
          when_unsatisfiable = "DoNotSchedule"

          label_selector {
            match_labels = local.labels
          }
        }

        container {
          name  = "event-store"
          image = var.image

          port {
            name           = "grpc"
            container_port = local.port
          }

          port {
            name           = "replication"
            container_port = 1112
          }

          # First, because the settings refer to it.
          env {
            name = "POD_NAME"

            value_from {
              field_ref {
                field_path = "metadata.name"
              }
            }
          }

          dynamic "env" {
            for_each = local.settings

            content {
              name  = env.key
              value = env.value
            }
          }

          env {
            name = "EVENTSTORE_DEFAULT_ADMIN_PASSWORD"

            value_from {
              secret_key_ref {
                name = kubernetes_secret_v1.node.metadata[0].name
                key  = "admin-password"
              }
            }
          }

          resources {
            requests = { cpu = var.cpu, memory = var.memory }
            limits   = { memory = var.memory }
          }

          startup_probe {
            period_seconds = 5
            # Reading the index after a crash can take minutes.
            failure_threshold = 120

            http_get {
              path   = "/health/live"
              port   = "grpc"
              scheme = "HTTPS"
            }
          }

          liveness_probe {
            period_seconds    = 10
            failure_threshold = 6

            http_get {
              path   = "/health/live"
              port   = "grpc"
              scheme = "HTTPS"
            }
          }

          readiness_probe {
            period_seconds = 5

            http_get {
              path   = "/health/live"
              port   = "grpc"
              scheme = "HTTPS"
            }
          }

          security_context {
            allow_privilege_escalation = false
            read_only_root_filesystem  = true

            capabilities {
              drop = ["ALL"]
            }
          }

          volume_mount {
            name       = "data"
            mount_path = "/var/lib/eventstore"
          }

          volume_mount {
            name       = "node-certificate"
            mount_path = "/certificates/node"
            read_only  = true
          }

          volume_mount {
            name       = "ca-certificate"
            mount_path = "/certificates/ca"
            read_only  = true
          }

          volume_mount {
            name       = "tmp"
            mount_path = "/tmp"
          }
        }

        volume {
          name = "node-certificate"

          secret {
            secret_name  = kubernetes_secret_v1.node.metadata[0].name
            default_mode = "0440"

            items {
              key  = "tls.crt"
              path = "tls.crt"
            }

            items {
              key  = "tls.key"
              path = "tls.key"
            }
          }
        }

        volume {
          name = "ca-certificate"

          secret {
            secret_name = kubernetes_secret_v1.ca.metadata[0].name
          }
        }

        volume {
          name = "tmp"

          empty_dir {}
        }
      }
    }

    volume_claim_template {
      metadata {
        name = "data"
      }

      spec {
        access_modes       = ["ReadWriteOnce"]
        storage_class_name = var.storage_class

        resources {
          requests = { storage = "${var.volume_gib}Gi" }
        }
      }
    }
  }
}
