# What infra/config/config.ts reads. A test holds the names and forms to its schema.
locals {
  environment = {
    PUBLIC_URL                  = "https://${var.platform.host}"
    LOG_LEVEL                   = var.platform.log_level
    OTEL_EXPORTER_OTLP_ENDPOINT = var.platform.traces_url
    SEED_DEMO                   = tostring(var.platform.seed_demo)
  }

  secret_environment = {
    EVENT_STORE_URL = module.event_store.url
    EVENT_BUS_URL   = module.kafka.url
    DOCUMENTS_URL   = module.documents.url
    SEARCH_URL      = module.search.url
    JOBS_URL        = module.redis.url
    SESSION_SECRET  = module.session_password.password
  }
}
