variable "name" {
  description = "Name of the installation: prefix of everything that is made, such as spirit-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.name))
    error_message = "name: 3 to 24 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "kubernetes_version" {
  description = "Version of the cluster, such as 1.33."
  type        = string
  default     = "1.33"

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version: such as 1.33."
  }
}

variable "private_subnet_ids" {
  description = "Subnets that nodes and the control plane's interfaces live in."
  type        = list(string)

  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "private_subnet_ids: at least two, in different zones."
  }
}

variable "kms_key_arn" {
  description = "Key for Kubernetes secrets in etcd, for volumes, and for the control plane's log."
  type        = string
}

variable "administrator_arns" {
  description = "IAM roles that may administer the cluster. Nobody else can, not even who made it."
  type        = set(string)

  validation {
    condition     = length(var.administrator_arns) > 0 && alltrue([for arn in var.administrator_arns : can(regex("^arn:aws:iam::[0-9]{12}:role/", arn))])
    error_message = "administrator_arns: at least one ARN of an IAM role."
  }
}

variable "endpoint_cidrs" {
  description = "Address ranges that reach the Kubernetes API from outside; empty = from within the network alone."
  type        = list(string)
  default     = []

  validation {
    condition     = !contains(var.endpoint_cidrs, "0.0.0.0/0") && alltrue([for cidr in var.endpoint_cidrs : can(cidrhost(cidr, 0))])
    error_message = "endpoint_cidrs: IPv4 ranges, never the whole internet."
  }
}

variable "namespace" {
  description = "Namespace that the platform and its event store live in."
  type        = string
  default     = "spirit-tours"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,62}$", var.namespace))
    error_message = "namespace: lower-case letters, digits and dashes."
  }
}

variable "log_days" {
  description = "How many days the control plane's log is kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.log_days)
    error_message = "log_days: 7, 14, 30, 60, 90, 180 or 365."
  }
}

variable "backup_days" {
  description = "How many days the daily copies of the event store's volumes are kept."
  type        = number
  default     = 35

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 365
    error_message = "backup_days: 1 to 365."
  }
}
