variable "name" {
  type        = string
  description = "What everything is called by; 32 characters at most."

  validation {
    condition     = length(var.name) <= 32
    error_message = "A load balancer's name has 32 characters at most."
  }
}

variable "account_id" {
  type        = string
  description = "Whose tasks may have the role."
}

variable "kms_key_arn" {
  type        = string
  description = "Key that everything is encrypted with."
}

variable "certificate_arn" {
  type        = string
  description = "Certificate of the address that people use, in ACM."
}

variable "internal" {
  type        = bool
  default     = false
  description = "Whether the dashboard is reached from the network alone."
}

variable "people_cidrs" {
  type        = list(string)
  description = "From where people may come: your offices, or 0.0.0.0/0 for all, who then need a login."
}

variable "vpc_id" {
  type        = string
  description = "The network."
}

variable "public_subnet_ids" {
  type        = list(string)
  description = "Where the load balancer is."
}

variable "server_subnet_ids" {
  type        = list(string)
  description = "Where servers are."
}

variable "servers_have_addresses" {
  type        = bool
  description = "Whether a server needs a public address to reach anything."
}

variable "load_security_group_id" {
  type        = string
  description = "Of the server that loads."
}

variable "asks_apart" {
  type        = bool
  default     = false
  description = "Whether servers that only answer stand beside the one that loads. They need a ClickHouse and a registry that all can reach."
}

variable "cluster_arn" {
  type        = string
  description = "Where servers run."
}

variable "cluster_name" {
  type        = string
  description = "Where servers run."
}

variable "start_role_arn" {
  type        = string
  description = "What starts containers."
}

variable "image" {
  type        = string
  description = "The container's image."
}

variable "environment" {
  type        = map(string)
  description = "Settings of the servers."
}

variable "secrets" {
  type        = map(string)
  default     = {}
  description = "Settings with passwords: the variable's name, and the ARN of a secret with its value."
}

variable "table_arn" {
  type        = string
  description = "The table with stats and leaderboards."
}

variable "database_ports" {
  type        = list(number)
  default     = []
  description = "Ports of databases of yours that servers may call."
}

variable "database_cidr" {
  type        = string
  default     = "10.0.0.0/8"
  description = "Where these databases are."
}

variable "servers_min" {
  type        = number
  default     = 2
  description = "So many answer at least."
}

variable "servers_max" {
  type        = number
  default     = 8
  description = "So many answer at most."
}

variable "cpu_units" {
  type        = number
  default     = 1024
  description = "Cores of each: 1024 are one."
}

variable "memory_mib" {
  type        = number
  default     = 2048
  description = "Memory of each."
}

variable "log_days" {
  type        = number
  default     = 30
  description = "How long logs are kept."
}

variable "may_be_destroyed" {
  type        = bool
  default     = false
  description = "Whether `destroy` may take the load balancer away."
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "What roles may do at most, whatever their policies say."
}
