# What games send to. What costs more than it must is off: docs/aws.md says what each part costs.

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      system      = "playtrace-production"
      environment = "production"
      managed-by  = "terraform"
    }
  }
}

module "playtrace" {
  source = "../../platform"

  name                     = "playtrace-production"
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
  zones                    = 3
  retention_hours          = 72
  month_usd                = 1000

  watches_cost_anomalies = true

  # batch     = { python_environment = "…/playtrace-env.tar.gz" }
  # warehouse = {}
  # report    = { games = ["arena"], emails = ["studio@example.com"], token_secret_arn = "arn:…" }
}
