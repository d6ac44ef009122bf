variable "account_id" {
  description = "AWS account that keeps the states."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: 12 digits."
  }
}

variable "region" {
  description = "AWS region, such as eu-west-1."
  type        = string
  default     = "eu-west-1"

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "region: such as eu-west-1."
  }
}

variable "terraform_role_arns" {
  description = "IAM roles that Terraform runs as: who else has rights in the account still can't read a state."
  type        = set(string)

  validation {
    condition     = length(var.terraform_role_arns) > 0 && alltrue([for arn in var.terraform_role_arns : can(regex("^arn:aws:iam::[0-9]{12}:role/", arn))])
    error_message = "terraform_role_arns: at least one ARN of an IAM role."
  }
}
