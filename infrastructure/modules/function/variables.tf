variable "name" {
  type        = string
  description = "What everything is called by."
}

variable "purpose" {
  type        = string
  description = "What it is called by besides: ingest, stats, report."
}

variable "description" {
  type        = string
  description = "What it does."
}

variable "role_description" {
  type        = string
  description = "Whose role it is."
}

variable "handler" {
  type        = string
  description = "In the package: module and function of Python."
}

variable "package" {
  type        = string
  description = "The zip file with playtrace for functions, as infrastructure/package_lambda.py makes it."
}

variable "environment" {
  type        = map(string)
  description = "Its settings."
}

variable "statements" {
  type        = any
  description = "What it may do, as statements of a policy, besides using the key and writing its log and traces."
}

variable "kms_key_arn" {
  type        = string
  description = "Key that everything is encrypted with."
}

variable "memory_mib" {
  type        = number
  description = "Its memory; cores come with it."
}

variable "timeout_seconds" {
  type        = number
  description = "After which Lambda ends it."
}

variable "publish" {
  type        = bool
  default     = false
  description = "Whether each deployment makes a version, for an alias to point at."
}

variable "concurrency_max" {
  type        = number
  default     = null
  description = "How many run at the same time; null: what the account has left."
}

variable "log_days" {
  type        = number
  description = "How long its log is kept."
}

variable "permissions_boundary_arn" {
  type        = string
  description = "What its role may do at most, whatever its policy says."
}
