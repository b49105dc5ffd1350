output "vpc_id" {
  value       = aws_vpc.this.id
  description = "The network."
}

output "public_subnet_ids" {
  value       = aws_subnet.public[*].id
  description = "Where load balancers are."
}

output "server_subnet_ids" {
  value       = local.has_way_out ? aws_subnet.private[*].id : aws_subnet.public[*].id
  description = "Where servers are."
}

output "private_subnet_ids" {
  value       = aws_subnet.private[*].id
  description = "Where the warehouse is: it needs no way out."
}

output "servers_have_addresses" {
  value       = !local.has_way_out
  description = "Whether a server needs a public address to reach anything."
}
