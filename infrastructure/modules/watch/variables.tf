variable "name" {
  type        = string
  description = "What everything is called by."
}

variable "account_id" {
  type        = string
  description = "Whose alarms may tell."
}

variable "kms_key_arn" {
  type        = string
  description = "Key that everything is encrypted with."
}

variable "emails" {
  type        = list(string)
  description = "Who is told; each has to agree once."
}

variable "api_id" {
  type        = string
  description = "Where games send to."
}

variable "ingest_function_name" {
  type        = string
  description = "Takes events."
}

variable "stats_function_name" {
  type        = string
  description = "Keeps stats and leaderboards."
}

variable "stream_name" {
  type        = string
  description = "The journal."
}

variable "cluster_name" {
  type        = string
  description = "Where servers run."
}

variable "load_service_name" {
  type        = string
  description = "The server that loads."
}

variable "dead_letters_name" {
  type        = string
  description = "What could not be processed."
}

variable "load_balancer" {
  type        = string
  description = "Where people come."
}

variable "quiet_minutes" {
  type        = number
  default     = null
  description = "Somebody is told when for so long no game has sent anything; null: nobody."
}

variable "month_usd" {
  type        = number
  default     = null
  description = "Somebody is told when a month is going to cost more; null: nobody. Needs the tag `system` to be active for billing."
}

variable "watches_cost_anomalies" {
  type        = bool
  default     = false
  description = "Whether unusual costs are told. It watches the whole account, so one environment of an account is enough."
}

variable "anomaly_usd" {
  type        = number
  default     = 20
  description = "From how much on."
}
