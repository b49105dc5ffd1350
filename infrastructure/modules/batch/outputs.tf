output "application_id" {
  value       = aws_emrserverless_application.this.id
  description = "For figures, and jobs by hand."
}

output "job_role_arn" {
  value       = aws_iam_role.job.arn
  description = "For jobs by hand."
}

output "results" {
  value = {
    name = module.bucket.name
    arn  = module.bucket.arn
  }
  description = "Where results are."
}
