output "name" {
  value       = aws_lambda_function.this.function_name
  description = "Of the function."
}

output "arn" {
  value       = aws_lambda_function.this.arn
  description = "For policies, and whoever calls it."
}

output "version" {
  value       = aws_lambda_function.this.version
  description = "The latest, where versions are published."
}
