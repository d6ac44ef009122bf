module "encryption" {
  source = "../encryption"

  name = var.name
}

module "network" {
  source = "../network"

  name            = var.name
  cidr            = var.network.cidr
  zones           = var.network.zones
  one_nat_gateway = var.network.one_nat_gateway
  kms_key_arn     = module.encryption.kms_key_arn
}

module "kubernetes" {
  source = "../kubernetes"

  name               = var.name
  private_subnet_ids = module.network.private_subnet_ids
  kms_key_arn        = module.encryption.kms_key_arn
  administrator_arns = var.administrator_arns
  endpoint_cidrs     = var.kubernetes_endpoint_cidrs
}

module "kafka" {
  source = "../kafka"

  name                     = var.name
  vpc_id                   = module.network.vpc_id
  private_subnet_ids       = module.network.private_subnet_ids
  client_security_group_id = module.kubernetes.security_group_id
  kms_key_arn              = module.encryption.kms_key_arn
  instance_type            = var.kafka.instance_type
  volume_gib               = var.kafka.volume_gib
  partitions               = var.kafka.partitions
  username                 = local.username
  password                 = module.kafka_password.password
  secret_arn               = module.kafka_password.secret_arn
}

module "documents" {
  source = "../documents"

  name                     = var.name
  region                   = var.region
  vpc_id                   = module.network.vpc_id
  private_subnet_ids       = module.network.private_subnet_ids
  client_security_group_id = module.kubernetes.security_group_id
  organisation_id          = var.documents.organisation_id
  instance_size            = var.documents.instance_size
  largest_instance_size    = var.documents.largest_instance_size
  keep                     = var.documents.keep
  password_revision        = var.secrets_revision
}

module "search" {
  source = "../search"

  name              = var.name
  region            = var.region
  memory            = var.search.memory
  zones             = var.search.zones
  client_addresses  = module.network.egress_addresses
  analyst_cidrs     = var.search.analyst_cidrs
  password_revision = var.secrets_revision
}

module "redis" {
  source = "../redis"

  name                     = var.name
  vpc_id                   = module.network.vpc_id
  private_subnet_ids       = module.network.private_subnet_ids
  client_security_group_id = module.kubernetes.security_group_id
  kms_key_arn              = module.encryption.kms_key_arn
  node_type                = var.redis.node_type
  replicas                 = var.redis.replicas
  username                 = local.username
  password                 = module.redis_password.password
  password_revision        = var.secrets_revision
}

module "object_storage" {
  source = "../object-storage"

  name = var.name
  buckets = {
    access-logs = { keep_days = 90, load_balancers = true }
  }
}

module "dns" {
  source = "../dns"

  zone = var.platform.zone
  host = var.platform.host
}

module "event_store" {
  source = "../event-store"

  namespace              = module.kubernetes.namespace
  nodes                  = var.event_store.nodes
  storage_class          = module.kubernetes.storage_class
  volume_gib             = var.event_store.volume_gib
  cpu                    = var.event_store.cpu
  memory                 = var.event_store.memory
  certificate_secret_arn = var.event_store.certificate_secret_arn
  password               = module.event_store_password.password
  secrets_revision       = var.secrets_revision
  client_labels          = module.platform.client_labels
}

module "platform" {
  source = "../platform"

  name                  = var.name
  namespace             = module.kubernetes.namespace
  image                 = var.platform.image
  roles                 = var.platform.roles
  environment           = local.environment
  secret_environment    = local.secret_environment
  secrets_revision      = var.secrets_revision
  oidc_provider_arn     = module.kubernetes.oidc_provider_arn
  oidc_issuer           = module.kubernetes.oidc_issuer
  event_store_ca_secret = module.event_store.ca_secret
  event_store_ca_path   = module.event_store.ca_path
  host                  = var.platform.host
  certificate_arn       = module.dns.certificate_arn
  zone_id               = module.dns.zone_id
  client_cidrs          = var.platform.client_cidrs
  vpc_cidr              = module.network.vpc_cidr
  log_bucket            = module.object_storage.names["access-logs"]
}
