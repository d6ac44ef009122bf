output "backend" {
  description = "What backend.hcl of each environment says."
  value = {
    bucket     = module.bucket.names["state"]
    region     = var.region
    kms_key_id = aws_kms_alias.state.name
  }
}
