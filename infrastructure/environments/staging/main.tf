# As small as it gets, and gone without a trace when it is destroyed.

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      system      = "playtrace-staging"
      environment = "staging"
      managed-by  = "terraform"
    }
  }
}

module "playtrace" {
  source = "../../platform"

  name                     = "playtrace-staging"
  host                     = var.host
  certificate_arn          = var.certificate_arn
  image                    = var.image
  repository_arn           = var.repository_arn
  package                  = var.package
  queries_folder           = "${path.module}/../../../src/playtrace/batch/warehouse/athena"
  people_cidrs             = var.people_cidrs
  alarm_emails             = var.alarm_emails
  secrets                  = var.secrets
  settings                 = var.settings
  permissions_boundary_arn = var.permissions_boundary_arn
  retention_hours          = 24
  cpu_units                = 1024
  memory_mib               = 4096
  disk_gib                 = 30
  month_usd                = 200
  may_be_destroyed         = true

  ingest_concurrency_max  = 20
  requests_per_second_max = 200
  # A mistake is to be seen at once here.
  deployment_config = "CodeDeployDefault.LambdaAllAtOnce"
}
