output "state_bucket" {
  value       = module.state.name
  description = "For -backend-config."
}

output "repository_url" {
  value       = aws_ecr_repository.this.repository_url
  description = "Where images are pushed."
}

output "repository_arn" {
  value       = aws_ecr_repository.this.arn
  description = "The variable repository_arn of an environment."
}

output "deploy_role_arns" {
  value       = { for name, role in aws_iam_role.deploy : name => role.arn }
  description = "The variable AWS_ROLE_ARN of each environment on GitHub."
}

output "permissions_boundary_arns" {
  value       = { for name, policy in aws_iam_policy.boundary : name => policy.arn }
  description = "The variable permissions_boundary_arn of each environment."
}
