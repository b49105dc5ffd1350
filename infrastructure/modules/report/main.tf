# A report of each day, made by the server, kept in a bucket and sent to whoever subscribed.

module "bucket" {
  source = "../bucket"

  name          = "${var.name}-reports-${var.account_id}"
  kms_key_arn   = var.kms_key_arn
  expire_days   = 400
  force_destroy = var.may_be_destroyed
}

resource "aws_sns_topic" "this" {
  name              = "${var.name}-reports"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.value
}

module "function" {
  source = "../function"

  name             = var.name
  purpose          = "report"
  description      = "Sends the report of the day before"
  role_description = "What the function that sends reports may do"
  handler          = "playtrace.aws.report.handler"
  package          = var.package
  memory_mib       = 256
  timeout_seconds  = 120
  # One at a time: the second sees what the first has sent.
  concurrency_max          = 1
  kms_key_arn              = var.kms_key_arn
  log_days                 = var.log_days
  permissions_boundary_arn = var.permissions_boundary_arn

  environment = merge(var.environment, {
    PLAYTRACE_AWS_REPORT_BUCKET = module.bucket.name
    PLAYTRACE_AWS_REPORT_TOPIC  = aws_sns_topic.this.arn
  })

  statements = [
    {
      # It asks the server with a read token.
      Sid      = "ReadItsToken"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = var.token_secret_arn
    },
    {
      # It keeps what was sent, and sees by it what was sent before.
      Sid      = "KeepReports"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = "${module.bucket.arn}/*"
    },
    {
      # Whether a report is there is told apart from whether it may be read.
      Sid      = "SeeWhatIsThere"
      Effect   = "Allow"
      Action   = "s3:ListBucket"
      Resource = module.bucket.arn
    },
    {
      # It sends them.
      Sid      = "SendReports"
      Effect   = "Allow"
      Action   = "sns:Publish"
      Resource = aws_sns_topic.this.arn
    },
    {
      # What could not be sent after three tries.
      Sid      = "SetAside"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = var.dead_letters_arn
    },
  ]
}

# The scheduler only hands over; what fails in the function is tried again by Lambda, and then told.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = module.function.name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600

  destination_config {
    on_failure {
      destination = var.dead_letters_arn
    }
  }
}

resource "aws_scheduler_schedule" "this" {
  name        = "${var.name}-report"
  description = "The report of the day before"
  kms_key_arn = var.kms_key_arn

  schedule_expression          = var.schedule
  schedule_expression_timezone = var.time_zone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = module.function.arn
    role_arn = aws_iam_role.schedule.arn
    # A try that comes later is of the same day.
    input = jsonencode({ scheduled = "<aws.scheduler.scheduled-time>" })

    retry_policy {
      maximum_retry_attempts       = 5
      maximum_event_age_in_seconds = 21600
    }

    dead_letter_config {
      arn = var.dead_letters_arn
    }
  }
}

resource "aws_iam_role" "schedule" {
  name                 = "${var.name}-report-schedule"
  description          = "What calls the function that sends reports"
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
        # It calls this function.
        Sid      = "CallTheFunction"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = module.function.arn
      },
      {
        # What could not be called.
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
