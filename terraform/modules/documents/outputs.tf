locals {
  # mongodb+srv://HOST
  address = data.mongodbatlas_advanced_cluster.this.connection_strings[0].private_endpoint[0].srv_connection_string
  host    = replace(local.address, "mongodb+srv://", "")
}

output "url" {
  description = "Value of DOCUMENTS_URL."
  value       = "mongodb+srv://${mongodbatlas_database_user.platform.username}:${random_password.platform.result}@${local.host}/${var.database}?retryWrites=true&w=majority"
  sensitive   = true
}

output "project_id" {
  description = "Project in Atlas."
  value       = mongodbatlas_project.this.id
}
