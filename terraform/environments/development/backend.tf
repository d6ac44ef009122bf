# Bucket and key are given at `terraform init -backend-config=backend.hcl`; terraform/remote-state makes them.
terraform {
  backend "s3" {
    key          = "development/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
