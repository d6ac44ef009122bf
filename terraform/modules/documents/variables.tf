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

variable "organisation_id" {
  description = "Organisation in MongoDB Atlas that the project is made in."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{24}$", var.organisation_id))
    error_message = "organisation_id: 24 hexadecimal digits."
  }
}

variable "region" {
  description = "AWS region, such as eu-west-1: that of the network."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "region: such as eu-west-1."
  }
}

variable "instance_size" {
  description = "Size of a node, from M10 on: smaller ones have neither private endpoints nor backups."
  type        = string
  default     = "M30"

  validation {
    condition     = can(regex("^M[1-9][0-9]{1,2}$", var.instance_size))
    error_message = "instance_size: M10 or larger."
  }
}

variable "largest_instance_size" {
  description = "Size that a node may grow to by itself."
  type        = string
  default     = "M50"

  validation {
    condition     = can(regex("^M[1-9][0-9]{1,2}$", var.largest_instance_size))
    error_message = "largest_instance_size: M10 or larger."
  }
}

variable "nodes" {
  description = "Nodes of the replica set, an odd number: views are written in transactions, which need one."
  type        = number
  default     = 3

  validation {
    condition     = contains([3, 5, 7], var.nodes)
    error_message = "nodes: 3, 5 or 7."
  }
}

variable "mongodb_version" {
  description = "Major version of MongoDB."
  type        = string
  default     = "8.0"

  validation {
    condition     = can(regex("^[78]\\.0$", var.mongodb_version))
    error_message = "mongodb_version: 7.0 or 8.0."
  }
}

variable "database" {
  description = "Database of the platform."
  type        = string
  default     = "spirit-tours"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,37}$", var.database))
    error_message = "database: lower-case letters, digits and dashes, 38 at most."
  }
}

variable "username" {
  description = "User that the platform connects as."
  type        = string
  default     = "spirit"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.username))
    error_message = "username: lower-case letters, digits and dashes."
  }
}

variable "password_revision" {
  description = "Counted up with each new password."
  type        = number
}

variable "keep" {
  description = "Whether the cluster is protected from being destroyed."
  type        = bool
  default     = true
}

variable "backup_days" {
  description = "How many days copies are kept. That long a forgotten person's key can still be found in one."
  type        = number
  default     = 7

  validation {
    condition     = var.backup_days >= 7 && var.backup_days <= 30
    error_message = "backup_days: 7 to 30."
  }
}
