# Every event as Parquet, in tables of Iceberg that Glue's catalog knows, and Athena to ask them.

data "aws_region" "here" {}

module "bucket" {
  source = "../bucket"

  name          = "${var.name}-lake-${var.account_id}"
  kms_key_arn   = var.kms_key_arn
  force_destroy = var.may_be_destroyed
}

module "answers" {
  source = "../bucket"

  name          = "${var.name}-athena-${var.account_id}"
  kms_key_arn   = var.kms_key_arn
  expire_days   = 7
  force_destroy = true
}

# playtrace makes the tables in it; this name is its own, so there is one lake in a region of an account.
resource "aws_glue_catalog_database" "this" {
  name         = "playtrace"
  description  = "Events of games"
  location_uri = "s3://${module.bucket.name}/playtrace"
}

resource "aws_athena_workgroup" "this" {
  name          = var.name
  description   = "Questions to the lake, with an end to what one may cost"
  force_destroy = true

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.query_bytes_max

    result_configuration {
      output_location = "s3://${module.answers.name}/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}

resource "aws_athena_named_query" "this" {
  for_each = fileset(var.queries_folder, "*.sql")

  name      = trimsuffix(each.value, ".sql")
  workgroup = aws_athena_workgroup.this.id
  database  = aws_glue_catalog_database.this.name
  query     = file("${var.queries_folder}/${each.value}")
}
