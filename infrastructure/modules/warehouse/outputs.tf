output "connection" {
  value = {
    # As AWS makes them: the workgroup, the account, the region.
    host     = "${aws_redshiftserverless_workgroup.this.workgroup_name}.${var.account_id}.${data.aws_region.here.region}.redshift-serverless.amazonaws.com"
    port     = local.port
    database = aws_redshiftserverless_namespace.this.db_name
  }
  description = "Where it is asked, from within the network."
}

output "security_group_id" {
  value       = aws_security_group.this.id
  description = "Who may ask is let in there."
}
