resource "kubernetes_namespace_v1" "this" {
  metadata {
    name = var.namespace
    labels = {
      "pod-security.kubernetes.io/enforce" = "restricted"
      "pod-security.kubernetes.io/warn"    = "restricted"
    }
  }

  depends_on = [aws_eks_access_policy_association.administrator]
}

# Nothing reaches a pod that no policy lets in. Each module opens what it needs.
resource "kubernetes_network_policy_v1" "closed" {
  metadata {
    name      = "closed"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    pod_selector {}
    policy_types = ["Ingress"]
  }
}

# Auto mode enforces network policies only where it is told to.
resource "kubernetes_config_map_v1" "network_policies" {
  metadata {
    name      = "amazon-vpc-cni"
    namespace = "kube-system"
  }

  data = { "enable-network-policy-controller" = "true" }

  depends_on = [aws_eks_access_policy_association.administrator]
}

# What is on such a volume stays when its claim goes, and is copied daily.
resource "kubernetes_storage_class_v1" "kept" {
  metadata {
    name = "kept"
  }

  storage_provisioner    = "ebs.csi.eks.amazonaws.com"
  reclaim_policy         = "Retain"
  volume_binding_mode    = "WaitForFirstConsumer"
  allow_volume_expansion = true
  parameters = {
    type               = "gp3"
    encrypted          = "true"
    kmsKeyId           = var.kms_key_arn
    tagSpecification_1 = "Backup=${var.name}"
  }

  depends_on = [aws_eks_access_policy_association.administrator]
}
