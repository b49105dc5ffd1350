# Spark over the lake, each night: EMR Serverless runs `playtrace batch`, and costs nothing while it does not.

module "bucket" {
  source = "../bucket"

  name          = "${var.name}-batch-${var.account_id}"
  kms_key_arn   = var.kms_key_arn
  force_destroy = var.may_be_destroyed
}

# What is started, and an environment of Python with playtrace in it, which docs/aws.md says how to make.
resource "aws_s3_object" "entry" {
  bucket       = module.bucket.name
  key          = "program/playtrace_batch.py"
  source       = "${path.module}/playtrace_batch.py"
  source_hash  = filebase64sha256("${path.module}/playtrace_batch.py")
  content_type = "text/x-python"
}

resource "aws_s3_object" "environment" {
  bucket       = module.bucket.name
  key          = "program/environment-${filemd5(var.python_environment)}.tar.gz"
  source       = var.python_environment
  content_type = "application/gzip"
}

locals {
  python = "./environment/bin/python"
  # The driver and those who work for it run with that Python.
  submit = join(" ", [for name, value in merge(var.spark_settings, {
    "spark.archives"                                       = "s3://${module.bucket.name}/${aws_s3_object.environment.key}#environment"
    "spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON" = local.python
    "spark.emr-serverless.driverEnv.PYSPARK_PYTHON"        = local.python
    "spark.executorEnv.PYSPARK_PYTHON"                     = local.python
  }) : "--conf ${name}=${value}"])
}

resource "aws_emrserverless_application" "this" {
  name          = var.name
  type          = "spark"
  release_label = var.release_label
  architecture  = "ARM64"

  auto_start_configuration {
    enabled = true
  }

  auto_stop_configuration {
    enabled              = true
    idle_timeout_minutes = 5
  }

  # The end of what a mistake may cost.
  maximum_capacity {
    cpu    = "${var.cores_max} vCPU"
    memory = "${var.cores_max * 4} GB"
  }
}

resource "aws_scheduler_schedule_group" "this" {
  name = "${var.name}-batch"
}

resource "aws_scheduler_schedule" "nightly" {
  name        = "nightly"
  group_name  = aws_scheduler_schedule_group.this.name
  description = "Daily metrics, cohorts, funnels and features of sessions, when the day is over everywhere"
  kms_key_arn = var.kms_key_arn
  state       = var.enabled ? "ENABLED" : "DISABLED"

  schedule_expression          = var.schedule
  schedule_expression_timezone = "UTC"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:scheduler:::aws-sdk:emrserverless:startJobRun"
    role_arn = aws_iam_role.schedule.arn

    input = jsonencode({
      ApplicationId           = aws_emrserverless_application.this.id
      ClientToken             = "<aws.scheduler.execution-id>"
      ExecutionRoleArn        = aws_iam_role.job.arn
      Name                    = "${var.name}-nightly"
      ExecutionTimeoutMinutes = 240
      JobDriver = {
        SparkSubmit = {
          EntryPoint            = "s3://${module.bucket.name}/${aws_s3_object.entry.key}"
          EntryPointArguments   = concat(["run"], var.questions, ["--lake", var.lake_url, "--results", "s3://${module.bucket.name}/results", "--emf"])
          SparkSubmitParameters = local.submit
        }
      }
      ConfigurationOverrides = {
        MonitoringConfiguration = {
          CloudWatchLoggingConfiguration = {
            Enabled             = true
            LogGroupName        = aws_cloudwatch_log_group.this.name
            EncryptionKeyArn    = var.kms_key_arn
            LogStreamNamePrefix = "nightly"
          }
        }
      }
    })

    retry_policy {
      maximum_retry_attempts       = 2
      maximum_event_age_in_seconds = 3600
    }

    dead_letter_config {
      arn = var.dead_letters_arn
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/playtrace/${var.name}/batch"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
}

# ── who is told, by what the job says of itself in its log ──

resource "aws_cloudwatch_metric_alarm" "wrong" {
  for_each = {
    checks-failed  = { metric = "BatchChecksFailed", what = "Data of a day did not pass its checks, so nothing was written of that day, and what was there stays." }
    results-failed = { metric = "BatchResultsFailed", what = "A question of the nightly job failed, and what was there stays." }
  }

  alarm_name          = "${var.name}-batch-${each.key}"
  alarm_description   = "${each.value.what} The job's log says which."
  namespace           = "playtrace"
  metric_name         = each.value.metric
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

# A job that breaks off says nothing: that is noticed when a night has passed.
resource "aws_cloudwatch_metric_alarm" "nothing" {
  alarm_name          = "${var.name}-batch-nothing"
  alarm_description   = "For 26 hours the nightly job has asked nothing: it did not run, or broke off. See its runs in EMR Serverless, and its log."
  namespace           = "playtrace"
  metric_name         = "BatchResults"
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 26
  datapoints_to_alarm = 26
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_iam_role" "schedule" {
  name                 = "${var.name}-batch-schedule"
  description          = "What starts the nightly job"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It is a role for schedules of this account.
        Sid       = "ForTheScheduler"
        Effect    = "Allow"
        Principal = { Service = "scheduler.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "schedule"
  role = aws_iam_role.schedule.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It starts jobs of this application.
        Sid      = "StartTheJob"
        Effect   = "Allow"
        Action   = "emr-serverless:StartJobRun"
        Resource = aws_emrserverless_application.this.arn
      },
      {
        # The job runs with a role of its own, and with no other.
        Sid       = "HandOnTheRole"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = aws_iam_role.job.arn
        Condition = { StringEquals = { "iam:PassedToService" = "emr-serverless.amazonaws.com" } }
      },
      {
        # What could not be started.
        Sid      = "SetAside"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = var.dead_letters_arn
      },
      {
        # The schedule and the queue are encrypted.
        Sid      = "UseTheKey"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = var.kms_key_arn
      },
    ]
  })
}

resource "aws_iam_role" "job" {
  name                 = "${var.name}-batch"
  description          = "What a job may do"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It is a role for jobs of this account.
        Sid       = "ForJobs"
        Effect    = "Allow"
        Principal = { Service = "emr-serverless.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "job" {
  name = "job"
  role = aws_iam_role.job.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It reads the lake, and never writes it.
        Sid      = "ReadTheLake"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${var.lake_bucket_arn}/*"
      },
      {
        # It reads the program, and writes results, each replaced as a whole.
        Sid      = "WriteResults"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        Resource = "${module.bucket.arn}/*"
      },
      {
        # What is there.
        Sid      = "ListBoth"
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetBucketLocation"]
        Resource = [module.bucket.arn, var.lake_bucket_arn]
      },
      {
        # Which files the lake's tables have now.
        Sid      = "ReadTheCatalog"
        Effect   = "Allow"
        Action   = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables"]
        Resource = var.lake_catalog_arns
      },
      {
        # Its log, with what its checks found.
        Sid      = "WriteItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      },
      {
        # Finding that log's group names none.
        Sid      = "FindItsLog"
        Effect   = "Allow"
        Action   = "logs:DescribeLogGroups"
        Resource = "*"
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
