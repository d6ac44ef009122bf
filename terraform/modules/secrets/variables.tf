variable "secret_name" {
  description = "Name in Secrets Manager."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9/_-]{3,120}$", var.secret_name))
    error_message = "secret_name: 3 to 120 letters, digits, slashes, dashes and underscores."
  }
}

variable "description" {
  description = "What it opens."
  type        = string
}

variable "username" {
  description = "Whose password it is; empty where it is nobody's."
  type        = string
  default     = ""
}

variable "kms_key_arn" {
  description = "Key that it is encrypted with."
  type        = string
}

variable "revision" {
  description = "Counted up to make it anew; whoever uses it is changed in the same run."
  type        = number
  default     = 1

  validation {
    condition     = var.revision >= 1 && floor(var.revision) == var.revision
    error_message = "revision: a whole number from 1 on."
  }
}

variable "recovery_days" {
  description = "How many days it can be brought back once deleted; 0 = none, so that a trial installation can be made again."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_days == 0 || (var.recovery_days >= 7 && var.recovery_days <= 30)
    error_message = "recovery_days: 0, or 7 to 30."
  }
}
