output "url" {
  description = "Value of EVENT_STORE_URL."
  value       = "esdb+discover://admin:${var.password}@${local.host}:${local.port}?tls=true&tlsCAFile=${var.ca_path}"
  sensitive   = true
  ephemeral   = true
}

output "ca_secret" {
  description = "Kubernetes secret with ca.crt, which clients must have at ca_path."
  value       = kubernetes_secret_v1.ca.metadata[0].name
}

output "host" {
  description = "Name that resolves to every node."
  value       = local.host
}

output "ca_path" {
  description = "Where clients must have it."
  value       = var.ca_path
}
