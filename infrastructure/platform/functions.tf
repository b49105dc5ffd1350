# Settings of the functions. Their names are those of `playtrace.aws.settings`: a test compares them.

locals {
  keys_object = "keys/keys.json"

  ingest_environment = {
    PLAYTRACE_JOURNAL_URL  = local.journal_url
    PLAYTRACE_AWS_KEYS_URL = "s3://${module.process.backups.name}/${local.keys_object}"
  }

  stats_environment = {
    PLAYTRACE_AWS_STATS_TABLE        = "${var.name}-stats"
    PLAYTRACE_AWS_LEADERBOARDS_TABLE = "${var.name}-leaderboards"
  }

  report_environment = var.report == null ? {} : {
    PLAYTRACE_AWS_REPORT_SERVER           = "https://${var.host}"
    PLAYTRACE_AWS_REPORT_GAMES            = join(",", var.report.games)
    PLAYTRACE_AWS_REPORT_TOKEN_SECRET_ARN = var.report.token_secret_arn
  }
}
