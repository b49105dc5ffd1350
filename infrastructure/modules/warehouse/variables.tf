variable "name" {
  type        = string
  description = "What everything is called by."
}

variable "account_id" {
  type        = string
  description = "Whose warehouses may have the role."
}

variable "kms_key_arn" {
  type        = string
  description = "Key that everything is encrypted with."
}

variable "bucket_arns" {
  type        = list(string)
  description = "What it reads: load files and the lake."
}

variable "lake_catalog_arns" {
  type        = list(string)
  description = "Of the lake in Glue's catalog."
}

variable "vpc_id" {
  type        = string
  description = "The network."
}

variable "subnet_ids" {
  type        = list(string)
  description = "Where it is, in three zones."

  validation {
    condition     = length(var.subnet_ids) >= 3
    error_message = "Redshift Serverless wants subnets in three zones: set zones to 3."
  }
}

variable "client_cidrs" {
  type        = list(string)
  default     = []
  description = "From where it is asked, within the network."
}

variable "capacity" {
  type        = number
  default     = 8
  description = "RPUs while it answers; it costs nothing while nobody asks."
}

variable "capacity_hours_a_day_max" {
  type        = number
  default     = 32
  description = "RPU hours of a day, after which it answers nobody until the next."
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "What roles may do at most, whatever their policies say."
}
