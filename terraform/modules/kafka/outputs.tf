output "url" {
  description = "Value of EVENT_BUS_URL."
  value       = "kafka://${var.username}:${var.password}@${aws_msk_cluster.this.bootstrap_brokers_sasl_scram}?tls=true&mechanism=scram-sha-512&topicPrefix=${var.name}.&partitions=${var.partitions}&replication=${local.replication}"
  sensitive   = true
  ephemeral   = true
}

output "cluster_arn" {
  description = "The cluster."
  value       = aws_msk_cluster.this.arn
}

output "security_group_id" {
  description = "Group of the brokers."
  value       = aws_security_group.this.id
}
