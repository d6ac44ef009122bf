variable "name" {
  description = "Name of the installation: prefix of everything that is made, such as spirit-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.name))
    error_message = "name: 3 to 24 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "buckets" {
  description = "Buckets by their purpose: how many days objects are kept (0 = for good), key to encrypt with (null = that of S3), and whether load balancers write their logs there."
  type = map(object({
    keep_days      = optional(number, 0)
    kms_key_arn    = optional(string)
    load_balancers = optional(bool, false)
  }))

  validation {
    condition     = alltrue([for purpose, bucket in var.buckets : can(regex("^[a-z][a-z0-9-]{1,20}$", purpose)) && bucket.keep_days >= 0])
    error_message = "buckets: purposes of lower-case letters, digits and dashes; keep_days from 0 on."
  }

  validation {
    condition     = alltrue([for bucket in values(var.buckets) : !(bucket.load_balancers && bucket.kms_key_arn != null)])
    error_message = "buckets: load balancers can write only where S3's own key encrypts."
  }
}
