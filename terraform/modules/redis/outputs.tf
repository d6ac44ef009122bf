output "url" {
  description = "Value of JOBS_URL."
  value       = "rediss://${var.username}:${var.password}@${aws_elasticache_replication_group.this.primary_endpoint_address}:6379/0?prefix=${var.name}"
  sensitive   = true
  ephemeral   = true
}

output "security_group_id" {
  description = "Group of the nodes."
  value       = aws_security_group.this.id
}
