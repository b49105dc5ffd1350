variable "name" {
  type        = string
  description = "What everything is called by."
}

variable "package" {
  type        = string
  description = "The zip file with playtrace for functions, as infrastructure/package_lambda.py makes it."
}

variable "environment" {
  type        = map(string)
  description = "Settings of the function."
}

variable "stream_arn" {
  type        = string
  description = "Where events go."
}

variable "keys_object_arn" {
  type        = string
  description = "The snapshot of write keys."
}

variable "kms_key_arn" {
  type        = string
  description = "Key that everything is encrypted with."
}

variable "memory_mib" {
  type        = number
  default     = 512
  description = "Memory of the function; cores come with it."
}

variable "concurrency_max" {
  type        = number
  default     = 200
  description = "Functions at the same time; beyond it games get 503 and send again."
}

variable "requests_per_second_max" {
  type        = number
  default     = 2000
  description = "Requests that the API lets through; beyond it games get 429 and send later."
}

variable "log_days" {
  type        = number
  default     = 30
  description = "How long logs are kept."
}

variable "deployment_config" {
  type        = string
  default     = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
  description = "How a new version takes over."
}

variable "alarm_topic_arns" {
  type        = list(string)
  description = "Who is told."
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "What roles may do at most, whatever their policies say."
}
