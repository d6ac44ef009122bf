variable "name" {
  description = "Name of the installation: prefix of everything that is made, such as spirit-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.name))
    error_message = "name: 3 to 24 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "cidr" {
  description = "Address range of the network, a /16 to /20, that does not overlap with networks it is joined to."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 20, false)
    error_message = "cidr: an IPv4 range from /16 to /20, such as 10.20.0.0/16."
  }
}

variable "zones" {
  description = "Availability zones, one private and one public subnet in each. Three, so that a quorum outlives one."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 3 && length(distinct(var.zones)) == length(var.zones)
    error_message = "zones: two or three different availability zones."
  }
}

variable "one_nat_gateway" {
  description = "One NAT gateway for all zones in place of one in each: cheaper, but without a way out when its zone fails."
  type        = bool
  default     = false
}

variable "flow_log_days" {
  description = "How many days the log of the network's connections is kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.flow_log_days)
    error_message = "flow_log_days: 7, 14, 30, 60, 90, 180 or 365."
  }
}

variable "kms_key_arn" {
  description = "Key that the log of connections is encrypted with."
  type        = string
}
