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

variable "package" {
  type        = string
  description = "The zip file with playtrace for functions."
}

variable "environment" {
  type        = map(string)
  description = "Settings of the function: which server, which games."
}

variable "token_secret_arn" {
  type        = string
  description = "A secret with a read token of the server."
}

variable "dead_letters_arn" {
  type        = string
  description = "Where a report that could not be sent is told."
}

variable "emails" {
  type        = list(string)
  description = "Who gets it; each has to agree once."
}

variable "schedule" {
  type        = string
  default     = "cron(0 9 * * ? *)"
  description = "When it is sent."
}

variable "time_zone" {
  type        = string
  default     = "UTC"
  description = "Of the schedule."
}

variable "log_days" {
  type        = number
  default     = 30
  description = "How long logs are kept."
}

variable "may_be_destroyed" {
  type        = bool
  default     = false
  description = "Whether `destroy` deletes reports."
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "What roles may do at most, whatever their policies say."
}
