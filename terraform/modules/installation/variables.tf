variable "name" {
  description = "Name of the installation: prefix of everything that is made, such as spirit-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.name))
    error_message = "name: 3 to 24 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "region" {
  description = "AWS region, such as eu-west-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "region: such as eu-west-1."
  }
}

variable "network" {
  description = "Address range, availability zones, and whether one NAT gateway serves them all."
  type = object({
    cidr            = string
    zones           = list(string)
    one_nat_gateway = optional(bool, false)
  })
}

variable "administrator_arns" {
  description = "IAM roles that may administer the cluster, that of Terraform among them."
  type        = set(string)
}

variable "kubernetes_endpoint_cidrs" {
  description = "Address ranges that reach the Kubernetes API from outside, that of Terraform among them."
  type        = list(string)
}

variable "event_store" {
  description = "Nodes of EventStoreDB, volume (GiB), processors and memory of each, and where its certificates are."
  type = object({
    nodes                  = optional(number, 3)
    volume_gib             = optional(number, 100)
    cpu                    = optional(string, "1")
    memory                 = optional(string, "4Gi")
    certificate_secret_arn = string
  })
}

variable "kafka" {
  description = "Size and disk (GiB) of a broker, partitions of a topic."
  type = object({
    instance_type = optional(string, "kafka.m7g.large")
    volume_gib    = optional(number, 200)
    partitions    = optional(number, 12)
  })
  default = {}
}

variable "documents" {
  description = "Organisation in MongoDB Atlas, size of a node and how far it may grow, whether it is protected from being destroyed."
  type = object({
    organisation_id       = string
    instance_size         = optional(string, "M30")
    largest_instance_size = optional(string, "M50")
    keep                  = optional(bool, true)
  })
}

variable "search" {
  description = "Memory and zones of Elasticsearch, and the address ranges that may open Kibana."
  type = object({
    memory        = optional(string, "4g")
    zones         = optional(number, 2)
    analyst_cidrs = optional(set(string), [])
  })
  default = {}
}

variable "redis" {
  description = "Size of a node and copies besides the primary."
  type = object({
    node_type = optional(string, "cache.m7g.large")
    replicas  = optional(number, 1)
  })
  default = {}
}

variable "platform" {
  description = "Image by digest, zone and host name, who may call it, and how each role runs (see modules/platform)."
  type = object({
    image        = string
    zone         = string
    host         = string
    client_cidrs = optional(list(string), ["0.0.0.0/0"])
    log_level    = optional(string, "info")
    traces_url   = optional(string, "")
    seed_demo    = optional(bool, false)
    roles = optional(map(object({
      least  = number
      most   = optional(number, 1)
      cpu    = optional(string, "500m")
      memory = optional(string, "1Gi")
    })))
  })

  validation {
    condition     = contains(["fatal", "error", "warn", "info", "debug", "trace"], var.platform.log_level)
    error_message = "platform.log_level: fatal, error, warn, info, debug or trace."
  }
}

variable "secrets_revision" {
  description = "Counted up to make every password anew."
  type        = number
  default     = 1

  validation {
    condition     = var.secrets_revision >= 1 && floor(var.secrets_revision) == var.secrets_revision
    error_message = "secrets_revision: a whole number from 1 on."
  }
}

variable "secret_recovery_days" {
  description = "How many days a deleted secret can be brought back; 0 = none."
  type        = number
  default     = 30
}
