output "address" {
  value       = aws_lb.this.dns_name
  description = "What a DNS record of yours points at."
}

output "target_group_arn" {
  value       = aws_lb_target_group.this.arn
  description = "Who answers is registered there."
}

output "load_balancer" {
  value       = aws_lb.this.arn_suffix
  description = "For figures."
}
