locals {
  # The platform's user in Kafka and Redis.
  username = "spirit"
}

module "event_store_password" {
  source = "../secrets"

  secret_name   = "${var.name}/event-store"
  description   = "User admin of the event store of ${var.name}"
  username      = "admin"
  kms_key_arn   = module.encryption.kms_key_arn
  revision      = var.secrets_revision
  recovery_days = var.secret_recovery_days
}

module "kafka_password" {
  source = "../secrets"

  # MSK reads only secrets that are named so.
  secret_name   = "AmazonMSK_${var.name}"
  description   = "User of the platform in Kafka of ${var.name}"
  username      = local.username
  kms_key_arn   = module.encryption.kms_key_arn
  revision      = var.secrets_revision
  recovery_days = var.secret_recovery_days
}

module "redis_password" {
  source = "../secrets"

  secret_name   = "${var.name}/redis"
  description   = "User of the platform in Redis of ${var.name}"
  username      = local.username
  kms_key_arn   = module.encryption.kms_key_arn
  revision      = var.secrets_revision
  recovery_days = var.secret_recovery_days
}

module "session_password" {
  source = "../secrets"

  secret_name   = "${var.name}/session"
  description   = "What sessions of ${var.name} are signed with"
  kms_key_arn   = module.encryption.kms_key_arn
  revision      = var.secrets_revision
  recovery_days = var.secret_recovery_days
}
