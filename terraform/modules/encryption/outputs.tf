output "kms_key_arn" {
  description = "Key that everything of the installation is encrypted with at rest."
  value       = aws_kms_key.this.arn
}
