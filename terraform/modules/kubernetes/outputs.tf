output "cluster_name" {
  description = "Name of the cluster, for `aws eks get-token`."
  value       = aws_eks_cluster.this.name
}

output "endpoint" {
  description = "Address of the Kubernetes API."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "Certificate that the Kubernetes API is known by, PEM."
  value       = base64decode(aws_eks_cluster.this.certificate_authority[0].data)
}

output "security_group_id" {
  description = "Group that every node and pod is in: what data services let in."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "oidc_provider_arn" {
  description = "Whom IAM roles of service accounts trust."
  value       = aws_iam_openid_connect_provider.this.arn
}

output "oidc_issuer" {
  description = "The issuer of service accounts' tokens, without https://."
  value       = replace(aws_iam_openid_connect_provider.this.url, "https://", "")
}

output "namespace" {
  description = "Namespace of the platform and its event store; known once it is there."
  value       = kubernetes_namespace_v1.this.metadata[0].name
}

output "storage_class" {
  description = "Class of encrypted volumes that stay when their claim goes."
  value       = kubernetes_storage_class_v1.kept.metadata[0].name
}
