output "topic_arn" {
  value       = aws_sns_topic.alarms.arn
  description = "Where alarms are told."
}
