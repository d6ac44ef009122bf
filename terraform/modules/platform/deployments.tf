resource "kubernetes_deployment_v1" "role" {
  for_each = var.roles

  metadata {
    name      = each.key
    namespace = var.namespace
    labels    = local.role_labels[each.key]
  }

  spec {
    replicas = each.value.least

    selector {
      match_labels = local.role_labels[each.key]
    }

    strategy {
      type = "RollingUpdate"

      rolling_update {
        max_surge       = "1"
        max_unavailable = "0"
      }
    }

    template {
      metadata {
        labels = local.role_labels[each.key]
        annotations = {
          "spirit-tours/secrets-revision" = tostring(var.secrets_revision)
          "spirit-tours/settings"         = sha256(jsonencode(kubernetes_config_map_v1.this.data))
        }
      }

      spec {
        service_account_name            = kubernetes_service_account_v1.role[each.key].metadata[0].name
        automount_service_account_token = false
        # SHUTDOWN_SECONDS, and the time in which the load balancer learns that the pod goes.
        termination_grace_period_seconds = 30

        security_context {
          run_as_non_root = true
          run_as_user     = 1000
          run_as_group    = 1000
          fs_group        = 1000

          seccomp_profile {
            type = "RuntimeDefault"
          }
        }

        # One zone may fail, and then half of a role's processes with it at most.
        topology_spread_constraint {
          max_skew           = 1
          topology_key       = "topology.kubernetes.io/zone"
          when_unsatisfiable = "ScheduleAnyway"

          label_selector {
            match_labels = local.role_labels[each.key]
          }
        }

        topology_spread_constraint {
          max_skew           = 1
          topology_key       = "kubernetes.io/hostname"
          when_unsatisfiable = "ScheduleAnyway"

          label_selector {
            match_labels = local.role_labels[each.key]
          }
        }

        container {
          name  = "platform"
          image = var.image

          port {
            name           = "http"
            container_port = local.port
          }

          env_from {
            config_map_ref {
              name = kubernetes_config_map_v1.this.metadata[0].name
            }
          }

          env_from {
            secret_ref {
              name = kubernetes_secret_v1.this.metadata[0].name
            }
          }

          env {
            name  = "ROLES"
            value = each.key
          }

          resources {
            requests = { cpu = each.value.cpu, memory = each.value.memory }
            limits   = { memory = each.value.memory }
          }

          startup_probe {
            period_seconds    = 2
            failure_threshold = 60

            http_get {
              path = "/health/live"
              port = "http"
            }
          }

          liveness_probe {
            period_seconds    = 10
            timeout_seconds   = 5
            failure_threshold = 6

            http_get {
              path = "/health/live"
              port = "http"
            }
          }

          readiness_probe {
            period_seconds  = 5
            timeout_seconds = 5

            http_get {
              path = "/health/ready"
              port = "http"
            }
          }

          lifecycle {
            pre_stop {
              exec {
                command = ["sleep", "10"]
              }
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
            mount_path = "/data"
          }

          volume_mount {
            name       = "event-store-ca"
            mount_path = dirname(var.event_store_ca_path)
            read_only  = true
          }

          volume_mount {
            name       = "tmp"
            mount_path = "/tmp"
          }
        }

        # Nothing that is kept: with every engine given, no file of its own matters to a process.
        volume {
          name = "data"

          empty_dir {}
        }

        volume {
          name = "event-store-ca"

          secret {
            secret_name = var.event_store_ca_secret
          }
        }

        volume {
          name = "tmp"

          empty_dir {}
        }
      }
    }
  }

  # APIs are scaled by their load.
  lifecycle {
    ignore_changes = [spec[0].replicas]
  }
}
