output "url" {
  value       = "s3://${module.bucket.name}/playtrace"
  description = "What playtrace calls lake_url."
}

output "bucket_arn" {
  value       = module.bucket.arn
  description = "For policies."
}

output "catalog_arns" {
  value = [
    "arn:aws:glue:${data.aws_region.here.region}:${var.account_id}:catalog",
    "arn:aws:glue:${data.aws_region.here.region}:${var.account_id}:database/${aws_glue_catalog_database.this.name}",
    "arn:aws:glue:${data.aws_region.here.region}:${var.account_id}:table/${aws_glue_catalog_database.this.name}/*",
  ]
  description = "What a policy names so that tables in Glue's catalog are found: the catalog, the database and its tables."
}

output "workgroup" {
  value       = aws_athena_workgroup.this.name
  description = "Of Athena."
}
