output "url" {
  value       = "s3://${module.bucket.name}/playtrace"
  description = "What playtrace calls lake_url."
}

output "bucket_name" {
  value       = module.bucket.name
  description = "Of the lake."
}

output "bucket_arn" {
  value       = module.bucket.arn
  description = "For policies."
}

output "database" {
  value       = aws_glue_catalog_database.this.name
  description = "In Glue's catalog."
}

output "workgroup" {
  value       = aws_athena_workgroup.this.name
  description = "Of Athena."
}
