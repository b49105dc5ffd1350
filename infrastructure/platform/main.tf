# All of it together: an environment is this with its own variables.

data "aws_caller_identity" "here" {}

data "aws_region" "here" {}

locals {
  account_id = data.aws_caller_identity.here.account_id
  region     = data.aws_region.here.region

  # ── settings of the program: docs/configuration.md and docs/aws.md say what each means ──

  # With a ClickHouse servers that only answer stand beside the one that loads; without one it answers too.
  asks_apart = contains(keys(var.secrets), "PLAYTRACE_STORE_URL") && contains(keys(var.secrets), "PLAYTRACE_REGISTRY_URL")

  journal_url = "kinesis://${local.stream_name}?region=${local.region}"
  stream_name = "${var.name}-events"

  server_environment = merge(var.settings, {
    PLAYTRACE_JOURNAL_URL       = local.journal_url
    PLAYTRACE_PUBLIC_URL        = "https://${var.host}"
    PLAYTRACE_TRUSTED_PROXIES   = jsonencode([var.cidr])
    PLAYTRACE_COLLECT_PROCESSES = "0"
    PLAYTRACE_AWS_STATS_TABLE   = module.process.table_name
  })

  load_environment = merge(local.server_environment, {
    PLAYTRACE_STORE_MEMORY_BYTES = tostring(floor(var.memory_mib * 1048576 * 0.4))
    PLAYTRACE_STORE_THREADS      = tostring(max(1, floor(var.cpu_units / 1024)))
    PLAYTRACE_ROLE               = local.asks_apart ? "load" : "load,ask"
    PLAYTRACE_BACKUP_DIRECTORY   = "s3://${module.process.backups.name}/backup"
    PLAYTRACE_BACKUP_EVERY_HOURS = tostring(var.backup_every_hours)
    PLAYTRACE_BACKUP_KEEP        = "48"
    PLAYTRACE_LAKE_URL           = module.lake.url
    PLAYTRACE_LAKE_CATALOG       = "glue"
    PLAYTRACE_AWS_KEYS_URL       = local.keys_url
  })
}

# ── one key for everything that is at rest ──

resource "aws_kms_key" "this" {
  description             = "Everything of ${var.name} that is at rest"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # The account decides by its own policies who may use it; without this nobody could, not even to mend it.
        Sid       = "TheAccountDecides"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${local.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        # Logs are encrypted with it by the service itself.
        Sid       = "LogsUseIt"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${local.region}:${local.account_id}:log-group:*" } }
      },
      {
        # Alarms and bills are told through topics that are encrypted with it.
        Sid       = "WhoTellsUsesIt"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "costalerts.amazonaws.com", "budgets.amazonaws.com"] }
        Action    = ["kms:GenerateDataKey*", "kms:Decrypt"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
      },
    ]
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

# ── the way of an event ──

module "network" {
  source = "../modules/network"

  name         = var.name
  cidr         = var.cidr
  zones        = var.zones
  nat_gateways = var.nat_gateways
}

module "stream" {
  source = "../modules/stream"

  name            = local.stream_name
  kms_key_arn     = aws_kms_key.this.arn
  shards          = var.shards
  retention_hours = var.retention_hours
}

module "ingest" {
  source = "../modules/ingest"

  name                     = var.name
  package                  = var.package
  environment              = local.ingest_environment
  stream_arn               = module.stream.arn
  keys_object_arn          = "${module.process.backups.arn}/${local.keys_object}"
  kms_key_arn              = aws_kms_key.this.arn
  concurrency_max          = var.ingest_concurrency_max
  requests_per_second_max  = var.requests_per_second_max
  deployment_config        = var.deployment_config
  alarm_topic_arns         = [module.watch.topic_arn]
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "lake" {
  source = "../modules/lake"

  name             = var.name
  account_id       = local.account_id
  kms_key_arn      = aws_kms_key.this.arn
  queries_folder   = var.queries_folder
  may_be_destroyed = var.may_be_destroyed
}

module "process" {
  source = "../modules/process"

  name                     = var.name
  account_id               = local.account_id
  kms_key_arn              = aws_kms_key.this.arn
  image                    = var.image
  repository_arn           = var.repository_arn
  package                  = var.package
  environment              = local.load_environment
  secrets                  = var.secrets
  stats_environment        = local.stats_environment
  share_folder             = local.asks_apart ? "/share-0" : ""
  stream_arn               = module.stream.arn
  lake_bucket_arn          = module.lake.bucket_arn
  lake_catalog_arns        = module.lake.catalog_arns
  vpc_id                   = module.network.vpc_id
  subnet_ids               = module.network.server_subnet_ids
  servers_have_addresses   = module.network.servers_have_addresses
  target_group_arn         = local.asks_apart ? null : module.serve.target_group_arn
  database_ports           = var.database_ports
  database_cidr            = var.database_cidr
  cpu_units                = var.cpu_units
  memory_mib               = var.memory_mib
  disk_gib                 = var.disk_gib
  container_insights       = var.container_insights
  may_be_destroyed         = var.may_be_destroyed
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "serve" {
  source = "../modules/serve"

  name                     = var.name
  account_id               = local.account_id
  kms_key_arn              = aws_kms_key.this.arn
  certificate_arn          = var.certificate_arn
  internal                 = var.internal
  people_cidrs             = var.people_cidrs
  vpc_id                   = module.network.vpc_id
  public_subnet_ids        = module.network.public_subnet_ids
  server_subnet_ids        = module.network.server_subnet_ids
  servers_have_addresses   = module.network.servers_have_addresses
  load_security_group_id   = module.process.load_security_group_id
  asks_apart               = local.asks_apart
  cluster_arn              = module.process.cluster_arn
  cluster_name             = module.process.cluster_name
  start_role_arn           = module.process.start_role_arn
  image                    = var.image
  environment              = local.server_environment
  secrets                  = var.secrets
  table_arn                = module.process.table_arn
  database_ports           = var.database_ports
  database_cidr            = var.database_cidr
  servers_max              = var.servers_max
  may_be_destroyed         = var.may_be_destroyed
  permissions_boundary_arn = var.permissions_boundary_arn
}

# ── what costs more, and is off unless a variable says otherwise ──

module "batch" {
  source = "../modules/batch"
  count  = var.batch == null ? 0 : 1

  name                     = var.name
  account_id               = local.account_id
  kms_key_arn              = aws_kms_key.this.arn
  python_environment       = var.batch.python_environment
  questions                = var.batch.questions
  spark_settings           = var.batch.spark_settings
  release_label            = var.batch.release_label
  cores_max                = var.batch.cores_max
  lake_url                 = module.lake.url
  lake_bucket_arn          = module.lake.bucket_arn
  lake_catalog_arns        = module.lake.catalog_arns
  dead_letters_arn         = module.process.dead_letters.arn
  alarm_topic_arns         = [module.watch.topic_arn]
  may_be_destroyed         = var.may_be_destroyed
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "warehouse" {
  source = "../modules/warehouse"
  count  = var.warehouse == null ? 0 : 1

  name                     = var.name
  account_id               = local.account_id
  kms_key_arn              = aws_kms_key.this.arn
  bucket_arns              = concat([module.lake.bucket_arn], module.batch[*].results.arn)
  lake_catalog_arns        = module.lake.catalog_arns
  vpc_id                   = module.network.vpc_id
  subnet_ids               = module.network.private_subnet_ids
  client_cidrs             = var.warehouse.client_cidrs
  capacity                 = var.warehouse.capacity
  capacity_hours_a_day_max = var.warehouse.capacity_hours_a_day_max
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "charts" {
  source = "../modules/charts"
  count  = try(var.warehouse.charts, null) == null ? 0 : 1

  name                        = var.name
  account_id                  = local.account_id
  host                        = module.warehouse[0].connection.host
  port                        = module.warehouse[0].connection.port
  database                    = module.warehouse[0].connection.database
  warehouse_security_group_id = module.warehouse[0].security_group_id
  vpc_id                      = module.network.vpc_id
  subnet_ids                  = module.network.private_subnet_ids
  secret_arn                  = var.warehouse.charts.secret_arn
  viewers                     = var.warehouse.charts.viewers
  authors                     = var.warehouse.charts.authors
  permissions_boundary_arn    = var.permissions_boundary_arn
}

module "report" {
  source = "../modules/report"
  count  = var.report == null ? 0 : 1

  name                     = var.name
  account_id               = local.account_id
  kms_key_arn              = aws_kms_key.this.arn
  package                  = var.package
  environment              = local.report_environment
  token_secret_arn         = var.report.token_secret_arn
  dead_letters_arn         = module.process.dead_letters.arn
  emails                   = var.report.emails
  time_zone                = var.report.time_zone
  may_be_destroyed         = var.may_be_destroyed
  permissions_boundary_arn = var.permissions_boundary_arn
}

# ── watching ──

module "watch" {
  source = "../modules/watch"

  api_id                 = module.ingest.api_id
  name                   = var.name
  account_id             = local.account_id
  kms_key_arn            = aws_kms_key.this.arn
  emails                 = var.alarm_emails
  ingest_function_name   = module.ingest.function_name
  stats_function_name    = module.process.stats_function_name
  stream_name            = module.stream.name
  quiet_minutes          = var.quiet_minutes
  cluster_name           = module.process.cluster_name
  load_service_name      = module.process.load_service_name
  dead_letters_name      = module.process.dead_letters.name
  load_balancer          = module.serve.load_balancer
  month_usd              = var.month_usd
  watches_cost_anomalies = var.watches_cost_anomalies
}
