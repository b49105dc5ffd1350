variable "name" {
  type        = string
  description = "What everything is called by."
}

variable "account_id" {
  type        = string
  description = "Makes the names of buckets ones that no other account has."
}

variable "kms_key_arn" {
  type        = string
  description = "Key that everything is encrypted with."
}

variable "python_environment" {
  type        = string
  description = "An environment of Python with playtrace, as a .tar.gz."
}

variable "questions" {
  type        = list(string)
  description = "What to work out, as for `playtrace batch run`: metrics, and `--fact` with a fact."
}

variable "spark_settings" {
  type        = map(string)
  default     = {}
  description = "What Spark is told besides."
}

variable "release_label" {
  type        = string
  description = "Release of EMR: one with Spark 4."
}

variable "lake_url" {
  type        = string
  description = "What it reads."
}

variable "lake_bucket_arn" {
  type        = string
  description = "Of the lake."
}

variable "lake_catalog_arns" {
  type        = list(string)
  description = "Of the lake in Glue's catalog."
}

variable "dead_letters_arn" {
  type        = string
  description = "Where a job that could not be started is told."
}

variable "alarm_topic_arns" {
  type        = list(string)
  description = "Who is told."
}

variable "enabled" {
  type        = bool
  default     = true
  description = "Whether the schedule runs."
}

variable "schedule" {
  type        = string
  default     = "cron(0 15 * * ? *)"
  description = "When: 15:00 UTC is after midnight of the day before wherever anybody plays, and settled a little."
}

variable "cores_max" {
  type        = number
  default     = 16
  description = "So many cores at the same time."
}

variable "log_days" {
  type        = number
  default     = 30
  description = "How long logs are kept."
}

variable "may_be_destroyed" {
  type        = bool
  default     = false
  description = "Whether `destroy` deletes results."
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "What roles may do at most, whatever their policies say."
}
