variable "account_id" {
  description = "AWS account that the installation belongs to; any other is refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: 12 digits."
  }
}

variable "region" {
  description = "AWS region, such as eu-west-1."
  type        = string
  default     = "eu-west-1"

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "region: such as eu-west-1."
  }
}

variable "administrator_arns" {
  description = "IAM roles that may administer the cluster, that of Terraform among them."
  type        = set(string)
}

variable "office_cidrs" {
  description = "Address ranges of those who work on the installation: they reach the Kubernetes API and Kibana."
  type        = set(string)

  validation {
    condition     = length(var.office_cidrs) > 0 && !contains(var.office_cidrs, "0.0.0.0/0")
    error_message = "office_cidrs: at least one range, never the whole internet."
  }
}

variable "certificate_secret_arn" {
  description = "Secret with the event store's certificates; made beforehand, see docs/deployment.md."
  type        = string
}

variable "atlas_organisation_id" {
  description = "Organisation in MongoDB Atlas."
  type        = string
}

variable "image" {
  description = "Image of the platform by its digest, REPOSITORY@sha256:…"
  type        = string
}

variable "zone" {
  description = "Zone in Route 53, such as example.com."
  type        = string
}

variable "secrets_revision" {
  description = "Counted up to make every password anew."
  type        = number
  default     = 1
}
