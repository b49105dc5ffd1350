output "cluster_arn" {
  value       = aws_ecs_cluster.this.arn
  description = "Where servers run."
}

output "cluster_name" {
  value       = aws_ecs_cluster.this.name
  description = "For figures."
}

output "load_service_name" {
  value       = aws_ecs_service.load.name
  description = "For figures and deployments."
}

output "load_security_group_id" {
  value       = aws_security_group.load.id
  description = "Of the server that loads."
}

output "start_role_arn" {
  value       = aws_iam_role.start.arn
  description = "What starts containers."
}

output "load_log_group" {
  value       = aws_cloudwatch_log_group.load.name
  description = "Of the server that loads."
}

output "backups" {
  value = {
    name = module.backups.name
    arn  = module.backups.arn
  }
  description = "The bucket of backups and of the snapshot of keys."
}

output "table_name" {
  value       = aws_dynamodb_table.stats.name
  description = "Of stats and leaderboards."
}

output "table_arn" {
  value       = aws_dynamodb_table.stats.arn
  description = "For policies."
}

output "stats_function_name" {
  value       = module.stats.name
  description = "For figures."
}

output "dead_letters" {
  value = {
    name = aws_sqs_queue.dead_letters.name
    url  = aws_sqs_queue.dead_letters.url
    arn  = aws_sqs_queue.dead_letters.arn
  }
  description = "What could not be processed."
}
