variable "name" {
  description = "Name of the installation: prefix of everything that is made, such as spirit-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.name))
    error_message = "name: 3 to 24 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "region" {
  description = "AWS region of the deployment, such as eu-west-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "region: such as eu-west-1."
  }
}

variable "elastic_version" {
  description = "Version of Elasticsearch and Kibana: 8.19, which client and dashboards are made for."
  type        = string
  default     = "8.19.21"

  validation {
    condition     = can(regex("^8\\.19\\.[0-9]+$", var.elastic_version))
    error_message = "elastic_version: 8.19.x."
  }
}

variable "template" {
  description = "Hardware profile of Elastic Cloud."
  type        = string
  default     = "aws-general-purpose"

  validation {
    condition     = startswith(var.template, "aws-")
    error_message = "template: one of those for AWS."
  }
}

variable "memory" {
  description = "Memory of an Elasticsearch node, such as 4g."
  type        = string
  default     = "4g"

  validation {
    condition     = can(regex("^[0-9]+g$", var.memory))
    error_message = "memory: such as 4g."
  }
}

variable "zones" {
  description = "Zones that Elasticsearch is spread over."
  type        = number
  default     = 2

  validation {
    condition     = contains([1, 2, 3], var.zones)
    error_message = "zones: 1 to 3."
  }
}

variable "client_addresses" {
  description = "Public addresses that may connect: those of the network's NAT gateways."
  type        = set(string)

  validation {
    condition     = !contains(var.client_addresses, "0.0.0.0")
    error_message = "client_addresses: single addresses, not the whole internet."
  }
}

variable "analyst_cidrs" {
  description = "Address ranges that may open Kibana, such as that of an office."
  type        = set(string)
  default     = []

  validation {
    condition     = !contains(var.analyst_cidrs, "0.0.0.0/0") && alltrue([for cidr in var.analyst_cidrs : can(cidrhost(cidr, 0))])
    error_message = "analyst_cidrs: IPv4 ranges, never the whole internet."
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
