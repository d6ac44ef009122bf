variable "zone" {
  description = "Zone in Route 53 that the host name is in, such as example.com. It is there already: a registrar points to it."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.zone))
    error_message = "zone: a domain name without a dot at its end."
  }
}

variable "host" {
  description = "Host name of the platform, such as api.example.com."
  type        = string

  validation {
    condition     = endswith(var.host, ".${var.zone}")
    error_message = "host: must be in the zone."
  }
}
