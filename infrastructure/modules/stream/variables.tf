variable "name" {
  type        = string
  description = "Of the stream."
}

variable "kms_key_arn" {
  type        = string
  description = "Key that records are encrypted with."
}

variable "shards" {
  type        = number
  default     = null
  description = "How many shards are paid for by the hour, each for 1 MiB or 1,000 records a second; null: as many as are needed, paid by the byte."
}

variable "retention_hours" {
  type        = number
  default     = 72
  description = "How long records are kept, and so how old a backup may be from which a server that was lost goes on. Beyond 24 it costs."

  validation {
    condition     = var.retention_hours >= 24 && var.retention_hours <= 168
    error_message = "24 to 168 hours."
  }
}
