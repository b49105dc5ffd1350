# What follows the stream beside the server that loads: players' stats and leaderboards, in a table that answers at once.

resource "aws_dynamodb_table" "stats" {
  name                        = "${var.name}-stats"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = !var.may_be_destroyed

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }
}

resource "aws_lambda_function" "stats" {
  function_name    = "${var.name}-stats"
  description      = "Keeps players' stats and leaderboards"
  role             = aws_iam_role.stats.arn
  handler          = "playtrace.aws.stream.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  memory_size      = 512
  timeout          = 120
  kms_key_arn      = var.kms_key_arn

  environment {
    variables = var.stats_environment
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.stats.name
  }

  tracing_config {
    mode = "Active"
  }

  depends_on = [aws_iam_role_policy.stats]
}

resource "aws_lambda_event_source_mapping" "stats" {
  event_source_arn                   = var.stream_arn
  function_name                      = aws_lambda_function.stats.arn
  starting_position                  = "TRIM_HORIZON"
  batch_size                         = 500
  maximum_batching_window_in_seconds = 1
  parallelization_factor             = 1
  maximum_retry_attempts             = 10
  maximum_record_age_in_seconds      = 86400
  # A record that cannot be read is found by halving, and is the only one that is set aside.
  bisect_batch_on_function_error = true
  function_response_types        = ["ReportBatchItemFailures"]

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.dead_letters.arn
    }
  }
}

# What could not be processed, for `playtrace aws redrive`. It keeps two weeks, the longest there is.
resource "aws_sqs_queue" "dead_letters" {
  name                              = "${var.name}-dead-letters"
  message_retention_seconds         = 1209600
  visibility_timeout_seconds        = 720
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 3600
}

resource "aws_cloudwatch_log_group" "stats" {
  name              = "/aws/lambda/${var.name}-stats"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_iam_role" "stats" {
  name                 = "${var.name}-stats"
  description          = "What the function that keeps stats and leaderboards may do"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It is a role for functions.
        Sid       = "ForLambda"
        Effect    = "Allow"
        Principal = { Service = "lambda.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "stats" {
  name = "stats"
  role = aws_iam_role.stats.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It follows the stream.
        Sid      = "ReadEvents"
        Effect   = "Allow"
        Action   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
        Resource = var.stream_arn
      },
      {
        # It keeps the table.
        Sid      = "KeepTheTable"
        Effect   = "Allow"
        Action   = ["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
        Resource = aws_dynamodb_table.stats.arn
      },
      {
        # What it cannot process, itself or by the event source.
        Sid      = "SetAside"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = aws_sqs_queue.dead_letters.arn
      },
      {
        # Stream, table and queue are encrypted.
        Sid      = "UseTheKey"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = var.kms_key_arn
      },
      {
        # Its log, and its figures, which are lines of the log.
        Sid      = "WriteItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.stats.arn}:*"
      },
      {
        # X-Ray has no resources that could be named.
        Sid      = "WriteTraces"
        Effect   = "Allow"
        Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        Resource = "*"
      },
    ]
  })
}
