variable "name" {
  type        = string
  description = "What everything is called by."
}

variable "account_id" {
  type        = string
  description = "Whose QuickSight may have the role."
}

variable "host" {
  type        = string
  description = "Address of the warehouse."
}

variable "port" {
  type        = number
  description = "Its port."
}

variable "database" {
  type        = string
  description = "The database in it."
}

variable "warehouse_security_group_id" {
  type        = string
  description = "Of the warehouse."
}

variable "vpc_id" {
  type        = string
  description = "The network."
}

variable "subnet_ids" {
  type        = list(string)
  description = "Where the warehouse is."
}

variable "secret_arn" {
  type        = string
  description = "A secret with the user name and password with which QuickSight asks: one who may read, and no more."
}

variable "viewers" {
  type        = list(string)
  description = "Who sees the dashboard: ARNs of users or groups of QuickSight."

  validation {
    condition     = length(var.viewers) > 0 && alltrue([for arn in var.viewers : can(regex("^arn:aws[a-z-]*:quicksight:", arn))])
    error_message = "Name at least one user or group, as arn:aws:quicksight:REGION:ACCOUNT:group/default/NAME."
  }
}

variable "authors" {
  type        = list(string)
  default     = []
  description = "Who may change the analysis and make others of the same data."
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "What roles may do at most, whatever their policies say."
}
