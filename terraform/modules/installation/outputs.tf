output "url" {
  description = "Where the platform answers."
  value       = module.platform.url
}

output "kibana_url" {
  description = "Where analysts go, and what `npm run kibana:import` is given."
  value       = module.search.kibana_url
}

output "cluster" {
  description = "How the Kubernetes API is reached, for its provider and for `aws eks update-kubeconfig`."
  value = {
    name                  = module.kubernetes.cluster_name
    endpoint              = module.kubernetes.endpoint
    certificate_authority = module.kubernetes.certificate_authority
  }
}

output "elasticsearch" {
  description = "How Elasticsearch is administered, for its provider alone."
  value       = merge(module.search.administrator, { endpoint = module.search.endpoint })
  sensitive   = true
}

output "environment" {
  description = "Variables of the platform that are no secret."
  value       = local.environment
}

output "secret_arns" {
  description = "Where the generated passwords lie."
  value = {
    event-store = module.event_store_password.secret_arn
    kafka       = module.kafka_password.secret_arn
    redis       = module.redis_password.secret_arn
    session     = module.session_password.secret_arn
  }
}
