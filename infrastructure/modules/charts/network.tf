# The way from QuickSight to the warehouse, which no address of the world leads to.

data "aws_region" "here" {}

locals {
  ec2 = "arn:aws:ec2:${data.aws_region.here.region}:${var.account_id}"
}

resource "aws_quicksight_vpc_connection" "this" {
  vpc_connection_id  = var.name
  name               = var.name
  role_arn           = aws_iam_role.this.arn
  security_group_ids = [aws_security_group.this.id]
  subnet_ids         = var.subnet_ids

  depends_on = [aws_iam_role_policy.this]
}

resource "aws_security_group" "this" {
  name        = "${var.name}-charts"
  description = "QuickSight"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-charts" }
}

resource "aws_vpc_security_group_egress_rule" "asks" {
  security_group_id            = aws_security_group.this.id
  description                  = "It asks the warehouse"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = var.warehouse_security_group_id
}

# AWS says of this kind of interface that it does not know what an answer is: answers come to a port of any number.
resource "aws_vpc_security_group_ingress_rule" "answers" {
  #checkov:skip=CKV_AWS_25: from the warehouse alone, not from any address
  security_group_id            = aws_security_group.this.id
  description                  = "The warehouse answers"
  ip_protocol                  = "tcp"
  from_port                    = 1024
  to_port                      = 65535
  referenced_security_group_id = var.warehouse_security_group_id
}

resource "aws_vpc_security_group_ingress_rule" "asked" {
  security_group_id            = var.warehouse_security_group_id
  description                  = "QuickSight asks"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = aws_security_group.this.id
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-charts"
  description          = "What QuickSight may do to reach the warehouse"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It is a role for QuickSight of this account.
        Sid       = "ForQuickSight"
        Effect    = "Allow"
        Principal = { Service = "quicksight.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "charts"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It puts interfaces of its own into these subnets, with this door.
        Sid    = "MakeInterfaces"
        Effect = "Allow"
        Action = "ec2:CreateNetworkInterface"
        Resource = concat(
          ["${local.ec2}:network-interface/*", "${local.ec2}:security-group/${aws_security_group.this.id}"],
          [for id in var.subnet_ids : "${local.ec2}:subnet/${id}"],
        )
      },
      {
        # It changes and removes them. They have no names before they are made.
        Sid      = "KeepInterfaces"
        Effect   = "Allow"
        Action   = ["ec2:DeleteNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute"]
        Resource = ["${local.ec2}:network-interface/*", "${local.ec2}:security-group/${aws_security_group.this.id}"]
      },
      {
        # Looking at a network names none of its parts.
        Sid      = "SeeTheNetwork"
        Effect   = "Allow"
        Action   = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"]
        Resource = "*"
      },
    ]
  })
}
