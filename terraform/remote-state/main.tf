# Made once, by hand, with a local state that is kept nowhere: all that it makes can be imported again by name.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]
}

locals {
  name = "spirit-terraform"
}

# A state holds two passwords and every address, so its key is of its own, and only Terraform's roles may use it.
data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Administration"
    actions   = ["kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Get*", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${var.account_id}:root"]
    }
  }

  statement {
    sid       = "Use"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = var.terraform_role_arns
    }
  }
}

resource "aws_kms_key" "state" {
  description         = "States of Terraform"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "state" {
  name          = "alias/${local.name}-state"
  target_key_id = aws_kms_key.state.key_id
}

module "bucket" {
  source = "../modules/object-storage"

  name    = local.name
  buckets = { state = { kms_key_arn = aws_kms_key.state.arn } }
}
