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

variable "queries_folder" {
  type        = string
  description = "Folder with a file NAME.sql for each query that people find in Athena."
}

variable "query_bytes_max" {
  type        = number
  default     = 1099511627776
  description = "A question that reads more is ended: Athena is paid by the byte."
}

variable "may_be_destroyed" {
  type        = bool
  default     = false
  description = "Whether `destroy` deletes the lake with what is in it."
}
