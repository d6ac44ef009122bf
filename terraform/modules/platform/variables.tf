variable "name" {
  description = "Name of the installation: prefix of everything that is made, such as spirit-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.name))
    error_message = "name: 3 to 24 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "namespace" {
  description = "Kubernetes namespace that it lives in."
  type        = string
}

variable "image" {
  description = "Image of the platform (infra/deploy/Dockerfile), pinned by its digest."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image: pinned by its digest, REPOSITORY@sha256:…"
  }
}

variable "roles" {
  description = "How each role of the platform runs: fewest and most processes (most only for APIs, by their load), processors and memory. Relay and process managers have one process: the next takes over."
  type = map(object({
    least  = number
    most   = optional(number, 1)
    cpu    = optional(string, "500m")
    memory = optional(string, "1Gi")
  }))
  # null, as a caller without a wish passes it on, takes the default too.
  nullable = false
  default = {
    command-api      = { least = 2, most = 8 }
    query-api        = { least = 2, most = 8 }
    relay            = { least = 1 }
    projector        = { least = 2, memory = "2Gi" }
    process-managers = { least = 1 }
    ml               = { least = 1, cpu = "1", memory = "3Gi" }
  }

  validation {
    condition     = toset(keys(var.roles)) == toset(["command-api", "query-api", "relay", "projector", "process-managers", "ml"])
    error_message = "roles: exactly those of infra/config/config.ts."
  }

  validation {
    condition     = alltrue([for role in values(var.roles) : role.least >= 1 && can(regex("^[0-9]+m?$", role.cpu)) && can(regex("^[0-9]+(Mi|Gi)$", role.memory))])
    error_message = "roles: least from 1 on, cpu such as 500m, memory such as 1Gi."
  }
}

variable "environment" {
  description = "Variables of infra/config/config.ts that are no secret, such as LOG_LEVEL."
  type        = map(string)

  validation {
    condition     = length(setintersection(keys(var.environment), ["ROLES", "PORT", "HOST", "DATA_DIR"])) == 0
    error_message = "environment: ROLES, PORT, HOST and DATA_DIR are set by this module."
  }
}

variable "secret_environment" {
  description = "Those that are: the engines' URLs, which hold passwords, and SESSION_SECRET."
  type        = map(string)
  sensitive   = true
  ephemeral   = true
}

variable "secrets_revision" {
  description = "Counted up when secret_environment has changed; pods start anew then."
  type        = number
}

variable "role_policies" {
  description = "IAM policies (JSON) of the roles that call AWS, by role. No role does today, so none has an identity there."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for role, policy in var.role_policies : contains(["command-api", "query-api", "relay", "projector", "process-managers", "ml"], role) && can(jsondecode(policy))])
    error_message = "role_policies: JSON by the name of a role."
  }
}

variable "oidc_provider_arn" {
  description = "Identity provider of the cluster, which IAM roles of service accounts trust."
  type        = string
}

variable "oidc_issuer" {
  description = "Its issuer, without https://."
  type        = string
}

variable "event_store_ca_secret" {
  description = "Kubernetes secret with the event store's ca.crt."
  type        = string
}

variable "event_store_ca_path" {
  description = "Where EVENT_STORE_URL says that it is."
  type        = string

  validation {
    condition     = endswith(var.event_store_ca_path, "/ca.crt")
    error_message = "event_store_ca_path: ends with /ca.crt."
  }
}

variable "host" {
  description = "Host name that the platform answers at."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the host name."
  type        = string
}

variable "zone_id" {
  description = "Zone that the host name's record goes into."
  type        = string
}

variable "client_cidrs" {
  description = "Address ranges that may call the platform."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrhost(cidr, 0))])
    error_message = "client_cidrs: at least one IPv4 range."
  }
}

variable "vpc_cidr" {
  description = "Address range of the network: load balancers and probes call pods from there."
  type        = string
}

variable "log_bucket" {
  description = "Bucket that the load balancer writes its log to."
  type        = string
}
