variable "namespace" {
  description = "Kubernetes namespace that it lives in."
  type        = string
}

variable "image" {
  description = "Image of EventStoreDB, its version pinned: the last line of releases that speaks the protocol of @eventstore/db-client."
  type        = string
  default     = "eventstore/eventstore:24.10.5"

  validation {
    condition     = can(regex("(:[0-9]+\\.[0-9][A-Za-z0-9._-]*|@sha256:[0-9a-f]{64})$", var.image))
    error_message = "image: pinned by a version or a digest."
  }
}

variable "nodes" {
  description = "Nodes of the cluster: a write is acknowledged when most of them have it on disk. 1 only for trials."
  type        = number
  default     = 3

  validation {
    condition     = contains([1, 3, 5], var.nodes)
    error_message = "nodes: 1, 3 or 5."
  }
}

variable "storage_class" {
  description = "Class of the volumes: encrypted, kept when their claim goes."
  type        = string
}

variable "volume_gib" {
  description = "Size of a node's volume in GiB. The log only grows."
  type        = number
  default     = 100

  validation {
    condition     = var.volume_gib >= 1
    error_message = "volume_gib: at least 1."
  }
}

variable "cpu" {
  description = "Processors that a node is sure to get, such as 1 or 500m."
  type        = string
  default     = "1"

  validation {
    condition     = can(regex("^[0-9]+(\\.[0-9]+)?m?$", var.cpu))
    error_message = "cpu: such as 1 or 500m."
  }
}

variable "memory" {
  description = "Memory of a node, such as 4Gi."
  type        = string
  default     = "4Gi"

  validation {
    condition     = can(regex("^[0-9]+(Mi|Gi)$", var.memory))
    error_message = "memory: such as 4Gi."
  }
}

variable "certificate_secret_arn" {
  description = "Secret with the cluster's certificates as JSON, ca_crt, tls_crt and tls_key in PEM; made beforehand, see docs/deployment.md."
  type        = string

  validation {
    condition     = can(regex("^arn:aws:secretsmanager:", var.certificate_secret_arn))
    error_message = "certificate_secret_arn: ARN of a secret in Secrets Manager."
  }
}

variable "password" {
  description = "Password of the user admin. Takes effect at the first start of an empty cluster only."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "secrets_revision" {
  description = "Counted up when password or certificates have changed."
  type        = number
}

variable "client_labels" {
  description = "Labels of the pods that may connect."
  type        = map(string)
}

variable "ca_path" {
  description = "Where clients find the certificate authority's certificate in their file system."
  type        = string
  default     = "/etc/spirit-tours/event-store/ca.crt"

  validation {
    condition     = startswith(var.ca_path, "/")
    error_message = "ca_path: an absolute path."
  }
}
