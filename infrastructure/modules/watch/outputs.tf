output "topic_arn" {
  value       = aws_sns_topic.alarms.arn
  description = "Where alarms are told."
}

output "dashboard_name" {
  value       = aws_cloudwatch_dashboard.this.dashboard_name
  description = "In CloudWatch."
}
