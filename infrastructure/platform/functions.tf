# Settings of the functions. Their names are those of `playtrace.aws.settings`: a test compares them.

locals {
  keys_url = "s3://${module.process.backups.name}/${local.keys_object}"
  # Beside the backups, which nobody but the server reads.
  keys_object = "keys/keys.json"

  # Which of the settings that you give a function reads; the server reads all. So what counts is the same in both.
  read_by_ingest = [
    "PLAYTRACE_ANONYMOUS_SALT", "PLAYTRACE_AWS_KEYS_SECONDS", "PLAYTRACE_LATE_DAYS_MAX", "PLAYTRACE_LOG_LEVEL",
    "PLAYTRACE_REQUESTS_PER_SECOND_MAX", "PLAYTRACE_TRUSTED_PROXIES", "RATE_LIMIT_MAX", "RATE_LIMIT_TIME_WINDOW",
  ]
  read_by_stats = [
    "PLAYTRACE_DEDUP_DAYS", "PLAYTRACE_LATE_DAYS_MAX", "PLAYTRACE_LEADERBOARDS", "PLAYTRACE_LOG_LEVEL",
    "PLAYTRACE_SESSION_TIMEOUT_MINUTES", "PLAYTRACE_SETTLE_HOURS",
  ]

  ingest_environment = merge({ for name, value in var.settings : name => value if contains(local.read_by_ingest, name) }, {
    PLAYTRACE_JOURNAL_URL  = local.journal_url
    PLAYTRACE_AWS_KEYS_URL = local.keys_url
  })

  stats_environment = merge({ for name, value in var.settings : name => value if contains(local.read_by_stats, name) }, {
    PLAYTRACE_AWS_STATS_TABLE      = module.process.table_name
    PLAYTRACE_AWS_DEAD_LETTERS_URL = module.process.dead_letters.url
  })

  report_environment = var.report == null ? {} : {
    PLAYTRACE_AWS_REPORT_SERVER       = "https://${var.host}"
    PLAYTRACE_AWS_REPORT_GAMES        = jsonencode(var.report.games)
    PLAYTRACE_AWS_REPORT_TIME_ZONE    = var.report.time_zone
    PLAYTRACE_AWS_REPORT_TOKEN_SECRET = var.report.token_secret_arn
  }
}
