output "name" {
  value       = aws_s3_bucket.this.bucket
  description = "Of the bucket."
}

output "arn" {
  value       = aws_s3_bucket.this.arn
  description = "For policies."
}
