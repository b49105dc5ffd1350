variable "name" {
  type        = string
  description = "Of the bucket; no other in the world has it."

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 small letters, digits and hyphens."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "Key that objects are encrypted with."
}

variable "versioned" {
  type        = bool
  default     = false
  description = "Whether objects that are replaced or deleted are kept for 30 days more."
}

variable "expire_days" {
  type        = number
  default     = null
  description = "Objects older than this are deleted; null: none are."
}

variable "force_destroy" {
  type        = bool
  default     = false
  description = "Whether `destroy` may delete it with all that is in it."
}
