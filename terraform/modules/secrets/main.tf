# The password exists in Secrets Manager alone: made by an ephemeral resource, written through a write-only argument, and so
# in neither the plan nor the state.
ephemeral "random_password" "this" {
  length = 48
  # It goes into URLs, which would want anything else encoded.
  special = false
}

resource "aws_secretsmanager_secret" "this" {
  name                    = var.secret_name
  description             = var.description
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id = aws_secretsmanager_secret.this.id
  secret_string_wo = jsonencode({
    username = var.username
    password = ephemeral.random_password.this.result
  })
  secret_string_wo_version = var.revision
}

# Read back, because a fresh password is made in every run but written only in a new revision.
ephemeral "aws_secretsmanager_secret_version" "this" {
  secret_id  = aws_secretsmanager_secret_version.this.secret_id
  version_id = aws_secretsmanager_secret_version.this.version_id
}
