output "function_name" {
  value       = aws_lambda_function.this.function_name
  description = "For figures."
}

output "topic_arn" {
  value       = aws_sns_topic.this.arn
  description = "Who gets reports subscribes to it."
}
