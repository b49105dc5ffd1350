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

variable "image" {
  type        = string
  description = "The container's image, by its digest or a tag that is never moved."
}

variable "repository_arn" {
  type        = string
  description = "Where the image is."
}

variable "package" {
  type        = string
  description = "The zip file with playtrace for functions."
}

variable "environment" {
  type        = map(string)
  description = "Settings of the server."
}

variable "secrets" {
  type        = map(string)
  default     = {}
  description = "Settings with passwords: the variable's name, and the ARN of a secret with its value."
}

variable "stats_environment" {
  type        = map(string)
  description = "Settings of the function that keeps stats and leaderboards."
}

variable "share_folder" {
  type        = string
  default     = ""
  description = "Where a server that only loads has its data and backups, below the folders of both: /share-0. Kinesis is loaded in one share."
}

variable "stream_arn" {
  type        = string
  description = "Where events come from."
}

variable "lake_bucket_arn" {
  type        = string
  description = "Of the lake."
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
  description = "Where servers are."
}

variable "servers_have_addresses" {
  type        = bool
  description = "Whether a server needs a public address to reach anything."
}

variable "target_group_arn" {
  type        = string
  default     = null
  description = "Of the load balancer, where this server answers questions too."
}

variable "database_ports" {
  type        = list(number)
  default     = []
  description = "Ports of databases of yours that servers may call: 5432, 8443."
}

variable "database_cidr" {
  type        = string
  default     = "10.0.0.0/8"
  description = "Where these databases are."
}

variable "cpu_units" {
  type        = number
  default     = 2048
  description = "Cores of the server, a thousandth and 24 each: 2048 are two."
}

variable "memory_mib" {
  type        = number
  default     = 8192
  description = "Memory of the server."
}

variable "disk_gib" {
  type        = number
  default     = 100
  description = "Disk of the server, 21 to 200; 20 are in the price."

  validation {
    condition     = var.disk_gib >= 21 && var.disk_gib <= 200
    error_message = "Fargate has 21 to 200 GiB."
  }
}

variable "container_insights" {
  type        = bool
  default     = false
  description = "Figures of each container, which cost by their number."
}

variable "log_days" {
  type        = number
  default     = 30
  description = "How long logs are kept."
}

variable "may_be_destroyed" {
  type        = bool
  default     = false
  description = "Whether `destroy` deletes backups and tables with what is in them."
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "What roles may do at most, whatever their policies say."
}
