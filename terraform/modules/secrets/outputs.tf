output "secret_arn" {
  description = "Where it lies, known once it has been written."
  value       = aws_secretsmanager_secret_version.this.arn
}

output "password" {
  description = "The password. Ephemeral: it can't get into a plan or a state."
  value       = jsondecode(ephemeral.aws_secretsmanager_secret_version.this.secret_string)["password"]
  sensitive   = true
  ephemeral   = true
}
