# The journal: what the ingest function acknowledged is here, until whoever loads has it.

resource "aws_kinesis_stream" "this" {
  name             = var.name
  retention_period = var.retention_hours
  shard_count      = var.shards
  encryption_type  = "KMS"
  kms_key_id       = var.kms_key_arn

  shard_level_metrics = []

  stream_mode_details {
    stream_mode = var.shards == null ? "ON_DEMAND" : "PROVISIONED"
  }
}
