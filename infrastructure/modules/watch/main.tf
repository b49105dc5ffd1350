# Who is told when something is wrong, and one page to see how all of it fares.

data "aws_region" "here" {}

locals {
  # What each alarm says first is what somebody who was woken by it wants to know.
  alarms = merge(local.quiet, {
    ingest-throttled = {
      description = "More functions are needed than concurrency_max allows, or the account has. Games send again."
      namespace   = "AWS/Lambda", metric = "Throttles", statistic = "Sum", dimensions = { FunctionName = var.ingest_function_name }
      comparison  = "GreaterThanThreshold", threshold = 0, minutes = 5, missing = "notBreaching"
    }
    ingest-slow = {
      description = "A request takes long: the stream is slow, or the function has too little memory."
      namespace   = "AWS/Lambda", metric = "Duration", statistic = "p99", dimensions = { FunctionName = var.ingest_function_name }
      comparison  = "GreaterThanThreshold", threshold = 5000, minutes = 15, missing = "notBreaching"
    }
    stream-throttled = {
      description = "The stream takes no more: a shard is full. Add shards, or see which game sends so much."
      namespace   = "AWS/Kinesis", metric = "WriteProvisionedThroughputExceeded", statistic = "Sum", dimensions = { StreamName = var.stream_name }
      comparison  = "GreaterThanThreshold", threshold = 0, minutes = 5, missing = "notBreaching"
    }
    nobody-loads = {
      description = "Nobody has read the stream for long. Nothing is lost until the stream's retention is over. Look at the service `load` and its log."
      namespace   = "AWS/Kinesis", metric = "GetRecords.IteratorAgeMilliseconds", statistic = "Maximum", dimensions = { StreamName = var.stream_name }
      comparison  = "GreaterThanThreshold", threshold = 600000, minutes = 10, missing = "breaching"
    }
    # A service without a task has no figures at all: fewer than one of them is an alarm, and so is none.
    no-server = {
      description = "The server that loads does not run. Its log says why; the stream keeps what comes."
      namespace   = "AWS/ECS", metric = "CPUUtilization", statistic = "SampleCount", dimensions = { ClusterName = var.cluster_name, ServiceName = var.load_service_name }
      comparison  = "LessThanThreshold", threshold = 1, minutes = 10, missing = "breaching"
    }
    stats-behind = {
      description = "The function that keeps stats and leaderboards is behind, or fails: they are old."
      namespace   = "AWS/Lambda", metric = "IteratorAge", statistic = "Maximum", dimensions = { FunctionName = var.stats_function_name }
      comparison  = "GreaterThanThreshold", threshold = 300000, minutes = 10, missing = "notBreaching"
    }
    dead-letters = {
      description = "Something could not be processed and was set aside. `playtrace aws redrive` brings it back when the reason is mended."
      namespace   = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum", dimensions = { QueueName = var.dead_letters_name }
      comparison  = "GreaterThanThreshold", threshold = 0, minutes = 5, missing = "notBreaching"
    }
    questions-fail = {
      description = "People get 5xx from the dashboard and the API."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", statistic = "Sum", dimensions = { LoadBalancer = var.load_balancer }
      comparison  = "GreaterThanThreshold", threshold = 10, minutes = 5, missing = "notBreaching"
    }
  })

  quiet = var.quiet_minutes == null ? {} : {
    no-events = {
      description = "No game has sent anything for long. Is a new version out, or do the games reach the API? `playtrace aws smoke` says whether it takes events."
      namespace   = "AWS/Kinesis", metric = "IncomingRecords", statistic = "Sum", dimensions = { StreamName = var.stream_name }
      comparison  = "LessThanThreshold", threshold = 1, minutes = var.quiet_minutes, missing = "breaching"
    }
  }
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Alarms of this account, and what watches its bill.
        Sid       = "AlarmsTell"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "costalerts.amazonaws.com", "budgets.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alarms.arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  period              = 60
  evaluation_periods  = each.value.minutes
  datapoints_to_alarm = each.value.minutes
  threshold           = each.value.threshold
  comparison_operator = each.value.comparison
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# ── what it costs ──

resource "aws_budgets_budget" "month" {
  count = var.month_usd == null ? 0 : 1

  name         = "${var.name}-month"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.month_usd)
  limit_unit   = "USD"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:system$%s", var.name)]
  }

  notification {
    comparison_operator       = "GREATER_THAN"
    threshold                 = 100
    threshold_type            = "PERCENTAGE"
    notification_type         = "FORECASTED"
    subscriber_sns_topic_arns = [aws_sns_topic.alarms.arn]
  }
}

resource "aws_ce_anomaly_monitor" "this" {
  count = var.watches_cost_anomalies ? 1 : 0

  name              = var.name
  monitor_type      = "DIMENSIONAL"
  monitor_dimension = "SERVICE"
}

resource "aws_ce_anomaly_subscription" "this" {
  count = var.watches_cost_anomalies ? 1 : 0

  name             = var.name
  frequency        = "IMMEDIATE"
  monitor_arn_list = [aws_ce_anomaly_monitor.this[0].arn]

  subscriber {
    type    = "SNS"
    address = aws_sns_topic.alarms.arn
  }

  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [tostring(var.anomaly_usd)]
    }
  }
}

# ── one page ──

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [
      for index, widget in local.widgets : {
        type   = "metric"
        x      = (index % 3) * 8
        y      = floor(index / 3) * 6
        width  = 8
        height = 6
        properties = {
          title   = widget.title
          region  = data.aws_region.here.region
          stat    = widget.stat
          period  = 60
          view    = "timeSeries"
          stacked = false
          metrics = widget.metrics
        }
      }
    ]
  })
}

locals {
  widgets = [
    {
      title   = "Requests of games, and what failed"
      stat    = "Sum"
      metrics = [["AWS/ApiGateway", "Count", "ApiId", var.api_id], [".", "4xx", ".", "."], [".", "5xx", ".", "."]]
    },
    {
      title   = "How long an answer takes, ms"
      stat    = "p99"
      metrics = [["AWS/ApiGateway", "Latency", "ApiId", var.api_id], ["AWS/Lambda", "Duration", "FunctionName", var.ingest_function_name]]
    },
    {
      title = "Functions: errors and throttles"
      stat  = "Sum"
      metrics = concat([for name in [var.ingest_function_name, var.stats_function_name] : ["AWS/Lambda", "Errors", "FunctionName", name]],
      [for name in [var.ingest_function_name, var.stats_function_name] : ["AWS/Lambda", "Throttles", "FunctionName", name]])
    },
    {
      title   = "Into the stream, bytes"
      stat    = "Sum"
      metrics = [["AWS/Kinesis", "IncomingBytes", "StreamName", var.stream_name], [".", "WriteProvisionedThroughputExceeded", ".", "."]]
    },
    {
      title   = "How old is what is read of the stream, ms"
      stat    = "Maximum"
      metrics = [["AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "StreamName", var.stream_name], ["AWS/Lambda", "IteratorAge", "FunctionName", var.stats_function_name]]
    },
    {
      title   = "Set aside"
      stat    = "Maximum"
      metrics = [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.dead_letters_name]]
    },
    {
      title   = "The server that loads, % of its cores and memory"
      stat    = "Average"
      metrics = [["AWS/ECS", "CPUUtilization", "ClusterName", var.cluster_name, "ServiceName", var.load_service_name], [".", "MemoryUtilization", ".", ".", ".", "."]]
    },
    {
      title   = "Questions, and what failed"
      stat    = "Sum"
      metrics = [["AWS/ApplicationELB", "RequestCount", "LoadBalancer", var.load_balancer], [".", "HTTPCode_Target_5XX_Count", ".", "."]]
    },
    {
      title   = "What functions tell of events"
      stat    = "Sum"
      metrics = [for name in ["Requests", "Refused", "Unavailable"] : ["playtrace", name, "handler", "ingest"]]
    },
  ]
}
