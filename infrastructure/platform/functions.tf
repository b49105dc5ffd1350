# Settings of the functions. Their names are those of `playtrace.aws.settings`: a test compares them.

locals {
  keys_url = "s3://${module.process.backups.name}/${local.keys_object}"
  # Beside the backups, which nobody but the server reads.
  keys_object = "keys/keys.json"

  ingest_environment = {
    PLAYTRACE_JOURNAL_URL  = local.journal_url
    PLAYTRACE_AWS_KEYS_URL = local.keys_url
  }

  stats_environment = {
    PLAYTRACE_AWS_STATS_TABLE      = module.process.table_name
    PLAYTRACE_AWS_DEAD_LETTERS_URL = module.process.dead_letters.url
  }

  report_environment = var.report == null ? {} : {
    PLAYTRACE_AWS_REPORT_SERVER       = "https://${var.host}"
    PLAYTRACE_AWS_REPORT_GAMES        = jsonencode(var.report.games)
    PLAYTRACE_AWS_REPORT_TIME_ZONE    = var.report.time_zone
    PLAYTRACE_AWS_REPORT_TOKEN_SECRET = var.report.token_secret_arn
  }
}
