variable "name" {
  description = "Name of the installation: prefix of everything that is made, such as spirit-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.name))
    error_message = "name: 3 to 24 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "vpc_id" {
  description = "Network that it lives in."
  type        = string
}

variable "private_subnet_ids" {
  description = "Subnets that it lives in, in different zones."
  type        = list(string)

  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "private_subnet_ids: at least two, in different zones."
  }
}

variable "client_security_group_id" {
  description = "Group that may connect: that of the nodes and pods."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that it is encrypted with at rest."
  type        = string
}

variable "node_type" {
  description = "Size of a node."
  type        = string
  default     = "cache.m7g.large"

  validation {
    condition     = startswith(var.node_type, "cache.")
    error_message = "node_type: begins with cache."
  }
}

variable "replicas" {
  description = "Copies besides the primary; at least one is needed for a failover."
  type        = number
  default     = 1

  validation {
    condition     = var.replicas >= 0 && var.replicas <= 5
    error_message = "replicas: 0 to 5."
  }
}

variable "engine_version" {
  description = "Version of Redis."
  type        = string
  default     = "7.1"

  validation {
    condition     = can(regex("^7\\.[0-9]+$", var.engine_version))
    error_message = "engine_version: 7.x."
  }
}

variable "snapshot_days" {
  description = "How many days daily snapshots are kept. Timers are found again in the log, so a few are enough."
  type        = number
  default     = 3

  validation {
    condition     = var.snapshot_days >= 0 && var.snapshot_days <= 35
    error_message = "snapshot_days: 0 to 35."
  }
}

variable "username" {
  description = "User that the platform connects as."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.username))
    error_message = "username: lower-case letters, digits and dashes."
  }
}

variable "password" {
  description = "Its password."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "password_revision" {
  description = "Counted up with each new password."
  type        = number
}
