# One service account a role. It has an IAM role only where the role calls AWS, and only that account can take it.
resource "kubernetes_service_account_v1" "role" {
  for_each = var.roles

  metadata {
    name        = each.key
    namespace   = var.namespace
    annotations = contains(keys(var.role_policies), each.key) ? { "eks.amazonaws.com/role-arn" = aws_iam_role.role[each.key].arn } : {}
  }

  automount_service_account_token = false
}

data "aws_iam_policy_document" "trust" {
  for_each = var.role_policies

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [var.oidc_provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${var.oidc_issuer}:sub"
      values   = ["system:serviceaccount:${var.namespace}:${each.key}"]
    }

    condition {
      test     = "StringEquals"
      variable = "${var.oidc_issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "role" {
  for_each = var.role_policies

  name               = "${var.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

resource "aws_iam_role_policy" "role" {
  for_each = var.role_policies

  name   = each.key
  role   = aws_iam_role.role[each.key].id
  policy = each.value
}
