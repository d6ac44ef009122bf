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

variable "kafka_version" {
  description = "Version of Kafka, as MSK names it."
  type        = string
  default     = "3.9.x"

  validation {
    condition     = can(regex("^[34]\\.[0-9]+\\.(x|[0-9]+)(\\.kraft)?$", var.kafka_version))
    error_message = "kafka_version: such as 3.9.x."
  }
}

variable "instance_type" {
  description = "Size of a broker."
  type        = string
  default     = "kafka.m7g.large"

  validation {
    condition     = startswith(var.instance_type, "kafka.")
    error_message = "instance_type: begins with kafka."
  }
}

variable "volume_gib" {
  description = "Disk of a broker in GiB."
  type        = number
  default     = 200

  validation {
    condition     = var.volume_gib >= 10 && var.volume_gib <= 16384
    error_message = "volume_gib: 10 to 16384."
  }
}

variable "partitions" {
  description = "Partitions of a topic: how many projectors can share a view's work."
  type        = number
  default     = 12

  validation {
    condition     = var.partitions >= 1 && var.partitions <= 200
    error_message = "partitions: 1 to 200."
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

variable "secret_arn" {
  description = "Secret with username and password that the brokers read, written already; its name begins with AmazonMSK_."
  type        = string
}

variable "log_days" {
  description = "How many days the brokers' logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.log_days)
    error_message = "log_days: 7, 14, 30, 60, 90, 180 or 365."
  }
}
