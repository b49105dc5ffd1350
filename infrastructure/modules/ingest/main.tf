# Takes events: an HTTP API, and a function that answers when the stream has them.

# ── the function ──

module "function" {
  source = "../function"

  name             = var.name
  purpose          = "ingest"
  description      = "Takes events of games"
  role_description = "What the function that takes events may do"
  handler          = "playtrace.aws.ingest.handler"
  package          = var.package
  memory_mib       = var.memory_mib
  # The API gives up after 30 seconds; before that the function says 503, so that the game sends again.
  timeout_seconds = 29
  # A version for each deployment: the alias goes from one to the next bit by bit, and back.
  publish                  = true
  concurrency_max          = var.concurrency_max
  kms_key_arn              = var.kms_key_arn
  log_days                 = var.log_days
  permissions_boundary_arn = var.permissions_boundary_arn
  environment              = var.environment

  statements = [
    {
      # Events go into the stream; it never reads them.
      Sid      = "WriteEvents"
      Effect   = "Allow"
      Action   = ["kinesis:PutRecords", "kinesis:DescribeStreamSummary"]
      Resource = var.stream_arn
    },
    {
      # Whose key is it: the snapshot that the server writes.
      Sid      = "ReadKeys"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = var.keys_object_arn
    },
  ]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "What games reach"
  function_name    = module.function.name
  function_version = module.function.version

  lifecycle {
    # Which version is live is what a deployment decides.
    ignore_changes = [function_version, routing_config]
  }
}

# ── the API ──

resource "aws_apigatewayv2_api" "this" {
  name          = "${var.name}-ingest"
  description   = "Where games send to"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "this" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_alias.live.invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

# Every path: what is none of ours gets the answer that a server gives.
resource "aws_apigatewayv2_route" "this" {
  api_id    = aws_apigatewayv2_api.this.id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.this.id}"
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    # Beyond it games get 429 and send later, instead of a bill that nobody expected.
    throttling_rate_limit    = var.requests_per_second_max
    throttling_burst_limit   = var.requests_per_second_max * 2
    detailed_metrics_enabled = true
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    # No address of a client: playtrace stores none, so its logs have none either.
    format = jsonencode({
      requestId   = "$context.requestId"
      requestTime = "$context.requestTime"
      route       = "$context.routeKey"
      status      = "$context.status"
      error       = "$context.error.message"
      latencyMs   = "$context.responseLatency"
    })
  }
}

resource "aws_cloudwatch_log_group" "api" {
  name              = "/aws/apigateway/${var.name}-ingest"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_lambda_permission" "api" {
  statement_id  = "TheApiCallsIt"
  action        = "lambda:InvokeFunction"
  function_name = module.function.name
  qualifier     = aws_lambda_alias.live.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}

# ── deploying: a tenth of the requests for five minutes, and back when an alarm is on ──

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.name}-ingest-errors"
  alarm_description   = "The function that takes events fails. A deployment that is under way goes back."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = module.function.name, Resource = "${module.function.name}:live" }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 2
  datapoints_to_alarm = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

# A version that answers all right by Lambda's measure, and tells games to come again.
resource "aws_cloudwatch_metric_alarm" "refused" {
  alarm_name          = "${var.name}-events-refused"
  alarm_description   = "The API answers games with 5xx: events wait in the games. Look at the log of the ingest function and at the stream."
  namespace           = "AWS/ApiGateway"
  metric_name         = "5xx"
  dimensions          = { ApiId = aws_apigatewayv2_api.this.id }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = 5
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_codedeploy_app" "this" {
  name             = "${var.name}-ingest"
  compute_platform = "Lambda"
}

resource "aws_codedeploy_deployment_group" "this" {
  app_name               = aws_codedeploy_app.this.name
  deployment_group_name  = "live"
  deployment_config_name = var.deployment_config
  service_role_arn       = aws_iam_role.deployment.arn

  deployment_style {
    deployment_type   = "BLUE_GREEN"
    deployment_option = "WITH_TRAFFIC_CONTROL"
  }

  alarm_configuration {
    enabled = true
    alarms  = [aws_cloudwatch_metric_alarm.errors.alarm_name, aws_cloudwatch_metric_alarm.refused.alarm_name]
  }

  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]
  }
}

resource "aws_iam_role" "deployment" {
  name                 = "${var.name}-ingest-deployment"
  description          = "What CodeDeploy may do with the function that takes events"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It is a role for deployments.
        Sid       = "ForCodeDeploy"
        Effect    = "Allow"
        Principal = { Service = "codedeploy.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "deployment" {
  name = "deployment"
  role = aws_iam_role.deployment.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Moves the alias from one version to the next.
        Sid      = "MoveTheAlias"
        Effect   = "Allow"
        Action   = ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"]
        Resource = [module.function.arn, "${module.function.arn}:*"]
      },
      {
        # Asks whether to go back.
        Sid      = "SeeTheAlarms"
        Effect   = "Allow"
        Action   = "cloudwatch:DescribeAlarms"
        Resource = [aws_cloudwatch_metric_alarm.errors.arn, aws_cloudwatch_metric_alarm.refused.arn]
      },
    ]
  })
}
