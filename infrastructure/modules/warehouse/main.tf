# Redshift Serverless, for those who ask in SQL all day: the batch writes load files, and COPY brings them in.

data "aws_region" "here" {}

locals {
  port = 5439
}

resource "aws_redshiftserverless_namespace" "this" {
  namespace_name        = var.name
  db_name               = "playtrace"
  admin_username        = "playtrace"
  manage_admin_password = true
  kms_key_id            = var.kms_key_arn
  iam_roles             = [aws_iam_role.this.arn]
  default_iam_role_arn  = aws_iam_role.this.arn
  log_exports           = ["connectionlog", "userlog"]

  admin_password_secret_kms_key_id = var.kms_key_arn
}

resource "aws_redshiftserverless_workgroup" "this" {
  namespace_name       = aws_redshiftserverless_namespace.this.namespace_name
  workgroup_name       = var.name
  port                 = local.port
  base_capacity        = var.capacity
  max_capacity         = var.capacity * 4
  publicly_accessible  = false
  enhanced_vpc_routing = true
  subnet_ids           = var.subnet_ids
  security_group_ids   = [aws_security_group.this.id]

  config_parameter {
    parameter_key   = "require_ssl"
    parameter_value = "true"
  }

  config_parameter {
    parameter_key   = "max_query_execution_time"
    parameter_value = "3600"
  }
}

# The end of what a mistake may cost.
resource "aws_redshiftserverless_usage_limit" "this" {
  resource_arn  = aws_redshiftserverless_workgroup.this.arn
  usage_type    = "serverless-compute"
  amount        = var.capacity_hours_a_day_max
  period        = "daily"
  breach_action = "deactivate"
}

resource "aws_security_group" "this" {
  name        = "${var.name}-warehouse"
  description = "Redshift"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-warehouse" }
}

resource "aws_vpc_security_group_ingress_rule" "people" {
  for_each = toset(var.client_cidrs)

  security_group_id = aws_security_group.this.id
  description       = "Who asks it, from the network"
  ip_protocol       = "tcp"
  from_port         = local.port
  to_port           = local.port
  cidr_ipv4         = each.value
}

resource "aws_vpc_security_group_egress_rule" "tls" {
  security_group_id = aws_security_group.this.id
  description       = "The bucket with load files, and the catalog"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-warehouse"
  description          = "What the warehouse may read"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It is a role for warehouses of this account.
        Sid       = "ForRedshift"
        Effect    = "Allow"
        Principal = { Service = ["redshift.amazonaws.com", "redshift-serverless.amazonaws.com"] }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "warehouse"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # COPY reads load files, Spectrum the lake; it writes neither.
        Sid      = "ReadFiles"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = [for arn in var.bucket_arns : "${arn}/*"]
      },
      {
        # What is there.
        Sid      = "ListThem"
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetBucketLocation"]
        Resource = var.bucket_arns
      },
      {
        # Which files the lake's tables have now.
        Sid      = "ReadTheCatalog"
        Effect   = "Allow"
        Action   = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables"]
        Resource = var.lake_catalog_arns
      },
      {
        # They are encrypted.
        Sid      = "ReadEncrypted"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.kms_key_arn
      },
    ]
  })
}
