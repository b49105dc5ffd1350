output "function_name" {
  value       = module.function.name
  description = "For figures."
}

output "topic_arn" {
  value       = aws_sns_topic.this.arn
  description = "Who gets reports subscribes to it."
}
