locals {
  forward = {
    for action, api in { reads = "query-api", octo-availability = "query-api" } : "alb.ingress.kubernetes.io/actions.${action}" => jsonencode({
      type          = "forward"
      forwardConfig = { targetGroups = [{ serviceName = api, servicePort = "80" }] }
    })
  }
}

resource "kubernetes_ingress_class_v1" "this" {
  metadata {
    name = "${var.namespace}-public"
  }

  spec {
    controller = "eks.amazonaws.com/alb"
  }
}

# One address for both APIs: what reads goes to the query API, what changes something to the command API. OCTO asks for
# availability by POST.
resource "kubernetes_ingress_v1" "this" {
  metadata {
    name      = "platform"
    namespace = var.namespace
    annotations = merge(local.forward, {
      "alb.ingress.kubernetes.io/conditions.reads"         = jsonencode([{ field = "http-request-method", httpRequestMethodConfig = { Values = ["GET", "HEAD"] } }])
      "alb.ingress.kubernetes.io/scheme"                   = "internet-facing"
      "alb.ingress.kubernetes.io/target-type"              = "ip"
      "alb.ingress.kubernetes.io/listen-ports"             = jsonencode([{ HTTP = 80 }, { HTTPS = 443 }])
      "alb.ingress.kubernetes.io/ssl-redirect"             = "443"
      "alb.ingress.kubernetes.io/ssl-policy"               = "ELBSecurityPolicy-TLS13-1-2-2021-06"
      "alb.ingress.kubernetes.io/certificate-arn"          = var.certificate_arn
      "alb.ingress.kubernetes.io/healthcheck-path"         = "/health/ready"
      "alb.ingress.kubernetes.io/inbound-cidrs"            = join(",", var.client_cidrs)
      "alb.ingress.kubernetes.io/load-balancer-attributes" = "access_logs.s3.enabled=true,access_logs.s3.bucket=${var.log_bucket},access_logs.s3.prefix=platform,routing.http.drop_invalid_header_fields.enabled=true"
    })
  }

  spec {
    ingress_class_name = kubernetes_ingress_class_v1.this.metadata[0].name

    rule {
      host = var.host

      http {
        path {
          path      = "/octo/availability"
          path_type = "Prefix"

          backend {
            service {
              name = "octo-availability"

              port {
                name = "use-annotation"
              }
            }
          }
        }

        # A question that is posted: what the load balancer makes of "*", Prefix has no word for.
        path {
          path      = "/v1/models/*/predictions"
          path_type = "ImplementationSpecific"

          backend {
            service {
              name = "octo-availability"

              port {
                name = "use-annotation"
              }
            }
          }
        }

        path {
          path      = "/"
          path_type = "Prefix"

          backend {
            service {
              name = "reads"

              port {
                name = "use-annotation"
              }
            }
          }
        }

        path {
          path      = "/"
          path_type = "Prefix"

          backend {
            service {
              name = kubernetes_service_v1.api["command-api"].metadata[0].name

              port {
                name = "http"
              }
            }
          }
        }
      }
    }
  }

  wait_for_load_balancer = true
}

resource "aws_route53_record" "this" {
  zone_id = var.zone_id
  name    = var.host
  type    = "CNAME"
  ttl     = 60
  records = [kubernetes_ingress_v1.this.status[0].load_balancer[0].ingress[0].hostname]
}
