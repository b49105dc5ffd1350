# Where people come: a load balancer over TLS, and, with a ClickHouse, servers that only answer, as many as are needed.

data "aws_region" "here" {}

locals {
  port = 8080
}

# ── the load balancer ──

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = var.internal
  subnets                    = var.public_subnet_ids
  security_groups            = [aws_security_group.people.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = !var.may_be_destroyed
  # A question may take 30 seconds, a live view is quiet for longer.
  idle_timeout = 120
}

resource "aws_lb_listener" "tls" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_target_group" "this" {
  name        = var.name
  port        = local.port
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.vpc_id
  # What is being answered is answered before a server goes.
  deregistration_delay = 60

  health_check {
    # The dashboard's page: health says 503 while the stream is away, and then people want to see it more than ever.
    path                = "/"
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 4
  }
}

resource "aws_security_group" "people" {
  name        = "${var.name}-people"
  description = "The load balancer"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-people" }
}

resource "aws_vpc_security_group_ingress_rule" "people" {
  for_each = { for pair in setproduct(var.people_cidrs, [80, 443]) : "${pair[0]}:${pair[1]}" => pair }

  security_group_id = aws_security_group.people.id
  description       = "People"
  ip_protocol       = "tcp"
  from_port         = each.value[1]
  to_port           = each.value[1]
  cidr_ipv4         = each.value[0]
}

resource "aws_vpc_security_group_egress_rule" "servers" {
  for_each = local.servers

  security_group_id            = aws_security_group.people.id
  description                  = "Servers"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = each.value
}

resource "aws_vpc_security_group_ingress_rule" "servers" {
  for_each = local.servers

  security_group_id            = each.value
  description                  = "The load balancer"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = aws_security_group.people.id
}

locals {
  servers = var.asks_apart ? { ask = aws_security_group.ask[0].id } : { load = var.load_security_group_id }
}

# ── servers that only answer ──

resource "aws_cloudwatch_log_group" "ask" {
  count = var.asks_apart ? 1 : 0

  name              = "/playtrace/${var.name}/ask"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_security_group" "ask" {
  count = var.asks_apart ? 1 : 0

  name        = "${var.name}-ask"
  description = "Servers that answer"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-ask" }
}

resource "aws_vpc_security_group_egress_rule" "ask" {
  for_each = var.asks_apart ? { for port in concat([443], var.database_ports) : tostring(port) => port } : {}

  security_group_id = aws_security_group.ask[0].id
  description       = "AWS itself, the registry and ClickHouse"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_ipv4         = each.value == 443 ? "0.0.0.0/0" : var.database_cidr
}

# What only the loader's store has is asked of it, by whoever answers.
resource "aws_vpc_security_group_egress_rule" "ask_load" {
  count = var.asks_apart ? 1 : 0

  security_group_id            = aws_security_group.ask[0].id
  description                  = "The server that loads"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = var.load_security_group_id
}

resource "aws_vpc_security_group_ingress_rule" "ask_load" {
  count = var.asks_apart ? 1 : 0

  security_group_id            = var.load_security_group_id
  description                  = "Servers that answer"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = aws_security_group.ask[0].id
}

resource "aws_ecs_task_definition" "ask" {
  count = var.asks_apart ? 1 : 0

  family                   = "${var.name}-ask"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu_units
  memory                   = var.memory_mib
  execution_role_arn       = var.start_role_arn
  task_role_arn            = aws_iam_role.ask[0].arn

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "data"
  }

  container_definitions = jsonencode([
    {
      name                   = "playtrace"
      image                  = var.image
      essential              = true
      command                = ["serve", "--host", "0.0.0.0", "--port", tostring(local.port), "--role", "ask"]
      user                   = "10001"
      readonlyRootFilesystem = true
      stopTimeout            = 60
      portMappings           = [{ containerPort = local.port, protocol = "tcp" }]
      mountPoints            = [{ sourceVolume = "data", containerPath = "/data", readOnly = false }]
      environment            = [for name, value in merge(var.environment, { PLAYTRACE_ROLE = "ask" }) : { name = name, value = value }]
      secrets                = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
      linuxParameters = {
        initProcessEnabled = true
        capabilities       = { add = [], drop = ["ALL"] }
      }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.ask[0].name
          awslogs-region        = data.aws_region.here.region
          awslogs-stream-prefix = "ask"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "ask" {
  count = var.asks_apart ? 1 : 0

  name            = "ask"
  cluster         = var.cluster_arn
  task_definition = aws_ecs_task_definition.ask[0].arn
  launch_type     = "FARGATE"
  desired_count   = var.servers_min
  propagate_tags  = "SERVICE"

  health_check_grace_period_seconds = 120

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.server_subnet_ids
    security_groups  = [aws_security_group.ask[0].id]
    assign_public_ip = var.servers_have_addresses
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = "playtrace"
    container_port   = local.port
  }

  lifecycle {
    # How many is the autoscaler's to say.
    ignore_changes = [desired_count]
  }

  depends_on = [aws_lb_listener.tls]
}

resource "aws_appautoscaling_target" "ask" {
  count = var.asks_apart ? 1 : 0

  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster_name}/${aws_ecs_service.ask[0].name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.servers_min
  max_capacity       = var.servers_max
}

resource "aws_appautoscaling_policy" "ask" {
  count = var.asks_apart ? 1 : 0

  name               = "by-cores"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.ask[0].service_namespace
  resource_id        = aws_appautoscaling_target.ask[0].resource_id
  scalable_dimension = aws_appautoscaling_target.ask[0].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_out_cooldown = 30
    scale_in_cooldown  = 600

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_iam_role" "ask" {
  count = var.asks_apart ? 1 : 0

  name                 = "${var.name}-ask"
  description          = "What servers that answer may do"
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

resource "aws_iam_role_policy" "ask" {
  count = var.asks_apart ? 1 : 0

  name = "ask"
  role = aws_iam_role.ask[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Leaderboards and players' stats.
        Sid      = "AskTheTable"
        Effect   = "Allow"
        Action   = ["dynamodb:BatchGetItem", "dynamodb:Query"]
        Resource = var.table_arn
      },
      {
        # It is encrypted.
        Sid      = "ReadTheTable"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.kms_key_arn
      },
    ]
  })
}
