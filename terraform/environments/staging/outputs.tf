output "url" {
  description = "Where the platform answers."
  value       = module.installation.url
}

output "kibana_url" {
  description = "Where analysts go, and what `npm run kibana:import` is given."
  value       = module.installation.kibana_url
}

output "cluster_name" {
  description = "For `aws eks update-kubeconfig --name`."
  value       = module.installation.cluster.name
}

output "secret_arns" {
  description = "Where the generated passwords lie."
  value       = module.installation.secret_arns
}
