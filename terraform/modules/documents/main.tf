resource "mongodbatlas_project" "this" {
  name   = var.name
  org_id = var.organisation_id
}

resource "mongodbatlas_advanced_cluster" "this" {
  project_id                     = mongodbatlas_project.this.id
  name                           = var.name
  cluster_type                   = "REPLICASET"
  mongo_db_major_version         = var.mongodb_version
  backup_enabled                 = true
  pit_enabled                    = true
  termination_protection_enabled = var.keep

  replication_specs {
    region_configs {
      provider_name = "AWS"
      region_name   = upper(replace(var.region, "-", "_"))
      priority      = 7

      electable_specs {
        instance_size = var.instance_size
        node_count    = var.nodes
      }

      auto_scaling {
        disk_gb_enabled            = true
        compute_enabled            = true
        compute_scale_down_enabled = true
        compute_min_instance_size  = var.instance_size
        compute_max_instance_size  = var.largest_instance_size
      }
    }
  }

  advanced_configuration {
    javascript_enabled           = false
    minimum_enabled_tls_protocol = "TLS1_2"
  }

  # What the autoscaler changed is not drift.
  lifecycle {
    ignore_changes = [replication_specs[0].region_configs[0].electable_specs[0].instance_size]
  }
}

# The keys of personal data are among the documents, and an older copy of a key remembers whom the platform forgot: so copies
# live briefly. All else in them is built again from the log.
resource "mongodbatlas_cloud_backup_schedule" "this" {
  project_id               = mongodbatlas_project.this.id
  cluster_name             = mongodbatlas_advanced_cluster.this.name
  restore_window_days      = var.backup_days
  reference_hour_of_day    = 2
  reference_minute_of_hour = 30
  update_snapshots         = true

  policy_item_daily {
    frequency_interval = 1
    retention_unit     = "days"
    retention_value    = var.backup_days
  }
}

# The provider has no write-only argument for it, so this password is in the state; see README, "What is secret".
resource "random_password" "platform" {
  length  = 48
  special = false
  keepers = { revision = var.password_revision }
}

resource "mongodbatlas_database_user" "platform" {
  project_id         = mongodbatlas_project.this.id
  username           = var.username
  password           = random_password.platform.result
  auth_database_name = "admin"

  roles {
    role_name     = "readWrite"
    database_name = var.database
  }

  scopes {
    name = mongodbatlas_advanced_cluster.this.name
    type = "CLUSTER"
  }
}
