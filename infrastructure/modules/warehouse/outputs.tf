output "workgroup_name" {
  value       = aws_redshiftserverless_workgroup.this.workgroup_name
  description = "For queries and figures."
}

output "role_arn" {
  value       = aws_iam_role.this.arn
  description = "What COPY names."
}
