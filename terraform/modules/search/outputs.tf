output "url" {
  description = "Value of SEARCH_URL."
  value       = "https://${elasticstack_elasticsearch_security_user.platform.username}:${random_password.platform.result}@${trimsuffix(replace(ec_deployment.this.elasticsearch.https_endpoint, "https://", ""), "/")}/?indexPrefix=${local.index_prefix}"
  sensitive   = true
}

output "endpoint" {
  description = "Address of Elasticsearch, for its provider."
  value       = ec_deployment.this.elasticsearch.https_endpoint
}

output "kibana_url" {
  description = "Where analysts go, and what `npm run kibana:import` is given."
  value       = ec_deployment.this.kibana.https_endpoint
}

output "administrator" {
  description = "Superuser of the deployment, for its provider alone."
  value = {
    username = ec_deployment.this.elasticsearch_username
    password = ec_deployment.this.elasticsearch_password
  }
  sensitive = true
}
