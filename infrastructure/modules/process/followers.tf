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

module "stats" {
  source = "../function"

  name                     = var.name
  purpose                  = "stats"
  description              = "Keeps players' stats and leaderboards"
  role_description         = "What the function that keeps stats and leaderboards may do"
  handler                  = "playtrace.aws.stream.handler"
  package                  = var.package
  memory_mib               = 512
  timeout_seconds          = 120
  kms_key_arn              = var.kms_key_arn
  log_days                 = var.log_days
  permissions_boundary_arn = var.permissions_boundary_arn
  environment              = var.stats_environment

  statements = [
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
  ]
}

resource "aws_lambda_event_source_mapping" "stats" {
  event_source_arn                   = var.stream_arn
  function_name                      = module.stats.arn
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
