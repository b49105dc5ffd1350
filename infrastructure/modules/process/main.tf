# Where the server runs that loads, and what it needs. `followers.tf` has the function that follows the stream beside it.

data "aws_region" "here" {}

locals {
  port = 8080
  data = "/data/playtrace"
  # The server's disk goes with it. It begins with the latest backup, and fetches from the stream what came since.
  start = join(" && ", [
    "playtrace restore \"$PLAYTRACE_BACKUP_DIRECTORY${var.share_folder}\" --data \"$PLAYTRACE_DATA${var.share_folder}\" --if-needed",
    "exec playtrace serve --host 0.0.0.0 --port ${local.port} --role \"$PLAYTRACE_ROLE\"",
  ])
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = var.container_insights ? "enabled" : "disabled"
  }
}

resource "aws_cloudwatch_log_group" "load" {
  name              = "/playtrace/${var.name}/load"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_ecs_task_definition" "load" {
  family                   = "${var.name}-load"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu_units
  memory                   = var.memory_mib
  execution_role_arn       = aws_iam_role.start.arn
  task_role_arn            = aws_iam_role.load.arn

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  ephemeral_storage {
    size_in_gib = var.disk_gib
  }

  volume {
    name = "data"
  }

  container_definitions = jsonencode([
    {
      name                   = "playtrace"
      image                  = var.image
      essential              = true
      entryPoint             = ["sh", "-c"]
      command                = [local.start]
      user                   = "10001"
      readonlyRootFilesystem = true
      # The longest that Fargate waits. What was fetched and not loaded then is fetched again.
      stopTimeout  = 120
      portMappings = [{ containerPort = local.port, protocol = "tcp" }]
      mountPoints  = [{ sourceVolume = "data", containerPath = "/data", readOnly = false }]
      environment  = [for name, value in merge(var.environment, { PLAYTRACE_DATA = local.data }) : { name = name, value = value }]
      secrets      = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
      linuxParameters = {
        initProcessEnabled = true
        capabilities       = { add = [], drop = ["ALL"] }
      }
      healthCheck = {
        command     = ["CMD", "python", "-c", "import socket; socket.create_connection(('127.0.0.1', ${local.port}), 5)"]
        interval    = 30
        timeout     = 10
        retries     = 5
        startPeriod = 300
      }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.load.name
          awslogs-region        = data.aws_region.here.region
          awslogs-stream-prefix = "load"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "load" {
  name            = "load"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.load.arn
  launch_type     = "FARGATE"
  desired_count   = 1
  propagate_tags  = "SERVICE"

  # One at a time, and never two: the store is one server's alone. While it changes events wait in the stream.
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100

  # Restoring a large backup takes its time before anything is answered.
  health_check_grace_period_seconds = var.target_group_arn == null ? null : 1800

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [aws_security_group.load.id]
    assign_public_ip = var.servers_have_addresses
  }

  dynamic "load_balancer" {
    for_each = var.target_group_arn == null ? [] : [var.target_group_arn]

    content {
      target_group_arn = load_balancer.value
      container_name   = "playtrace"
      container_port   = local.port
    }
  }
}

resource "aws_security_group" "load" {
  name        = "${var.name}-load"
  description = "The server that loads"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-load" }
}

# From whom is the load balancer's to say: its module has the rule that lets it in.

resource "aws_vpc_security_group_egress_rule" "tls" {
  security_group_id = aws_security_group.load.id
  description       = "AWS itself, channels of alerts, and a ClickHouse over TLS"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "databases" {
  for_each = toset([for port in var.database_ports : tostring(port)])

  security_group_id = aws_security_group.load.id
  description       = "A registry or a ClickHouse of yours"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.value)
  to_port           = tonumber(each.value)
  cidr_ipv4         = var.database_cidr
}

# ── backups, and the snapshot of write keys ──

module "backups" {
  source = "../bucket"

  name          = "${var.name}-backups-${var.account_id}"
  kms_key_arn   = var.kms_key_arn
  versioned     = true
  force_destroy = var.may_be_destroyed
}

# ── rights ──

resource "aws_iam_role" "start" {
  name                 = "${var.name}-start"
  description          = "What starts the container: fetches the image, hands out secrets, writes the log"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It is a role for tasks of this account.
        Sid       = "ForTasks"
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "start" {
  name = "start"
  role = aws_iam_role.start.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Signing in to the repository names none.
        Sid      = "SignInToTheRepository"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        # The image.
        Sid      = "FetchTheImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = var.repository_arn
      },
      {
        # Its log.
        Sid      = "WriteItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:${data.aws_region.here.region}:${var.account_id}:log-group:/playtrace/${var.name}/*"
      },
    ]
  })
}

resource "aws_iam_role_policy" "secrets" {
  count = length(var.secrets) == 0 ? 0 : 1

  name = "secrets"
  role = aws_iam_role.start.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Addresses with passwords in them.
        Sid      = "HandOutSecrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = values(var.secrets)
      },
      {
        # They are encrypted.
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.kms_key_arn
      },
    ]
  })
}

resource "aws_iam_role" "load" {
  name                 = "${var.name}-load"
  description          = "What the server that loads may do"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = aws_iam_role.start.assume_role_policy
}

resource "aws_iam_role_policy" "load" {
  name = "load"
  role = aws_iam_role.load.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It fetches what was taken.
        Sid      = "ReadEvents"
        Effect   = "Allow"
        Action   = ["kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
        Resource = var.stream_arn
      },
      {
        # Its backups, from which it begins when its disk is gone, and the snapshot of write keys for the ingest function.
        Sid      = "KeepBackups"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        Resource = "${module.backups.arn}/*"
      },
      {
        # It writes the lake, and takes out what is erased.
        Sid      = "WriteTheLake"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        Resource = "${var.lake_bucket_arn}/*"
      },
      {
        # What is there.
        Sid      = "ListBoth"
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetBucketLocation"]
        Resource = [module.backups.arn, var.lake_bucket_arn]
      },
      {
        # The catalog that knows the lake's tables.
        Sid      = "KeepTheCatalog"
        Effect   = "Allow"
        Action   = ["glue:GetDatabase", "glue:CreateDatabase", "glue:GetTable", "glue:GetTables", "glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable"]
        Resource = var.lake_catalog_arns
      },
      {
        # Leaderboards and players' stats, which the function beside the stream keeps; players who are erased go from there.
        Sid      = "AskTheTable"
        Effect   = "Allow"
        Action   = ["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
        Resource = aws_dynamodb_table.stats.arn
      },
      {
        # All of it is encrypted.
        Sid      = "UseTheKey"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = var.kms_key_arn
      },
    ]
  })
}
