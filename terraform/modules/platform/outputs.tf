output "url" {
  description = "Where the platform answers."
  value       = "https://${aws_route53_record.this.name}"
}

output "client_labels" {
  description = "Labels of every pod of the platform, for network policies of what it uses."
  value       = local.labels
}
