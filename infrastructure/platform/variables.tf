variable "name" {
  type        = string
  description = "What everything is called by, such as playtrace-staging."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.name))
    error_message = "3 to 24 small letters, digits and hyphens, a letter first: it is in names of buckets and load balancers."
  }
}

variable "host" {
  type        = string
  description = "Address that people use, such as telemetry.example; a DNS record of yours points at the load balancer."

  validation {
    condition     = can(regex("^[a-z0-9.-]+$", var.host))
    error_message = "A host's name is expected, without https:// before it."
  }
}

variable "certificate_arn" {
  type        = string
  description = "Certificate of that address, in ACM, in this region."
}

variable "image" {
  type        = string
  description = "The container's image: repository and digest, or a tag that is never moved."

  validation {
    condition     = !endswith(var.image, ":latest")
    error_message = "Name a tag that is never moved, or a digest: else nobody can say what runs, or go back to it."
  }
}

variable "repository_arn" {
  type        = string
  description = "Of the repository in which the image is."
}

variable "package" {
  type        = string
  description = "The zip file with playtrace for functions, as infrastructure/package_lambda.py makes it."
}

variable "queries_folder" {
  type        = string
  description = "Folder with the queries that people find in Athena."
}

variable "people_cidrs" {
  type        = list(string)
  description = "From where people may come to the dashboard: your offices, or 0.0.0.0/0 for all, who then need a login."
}

variable "internal" {
  type        = bool
  default     = false
  description = "Whether the dashboard is reached from the network alone."
}

variable "alarm_emails" {
  type        = list(string)
  description = "Who is told of alarms."

  validation {
    condition     = length(var.alarm_emails) > 0
    error_message = "Somebody must be told."
  }
}

variable "secrets" {
  type        = map(string)
  default     = {}
  description = "Settings with passwords: the variable's name, and the ARN of a secret in Secrets Manager with its value. PLAYTRACE_REGISTRY_URL and PLAYTRACE_STORE_URL together make servers that only answer."
}

variable "settings" {
  type        = map(string)
  default     = {}
  description = "More settings, by the names of their variables: of the server, and of the functions that read them. What Terraform says itself goes first."
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

# ── size ──

variable "cidr" {
  type        = string
  default     = "10.20.0.0/16"
  description = "Addresses of the network."
}

variable "zones" {
  type        = number
  default     = 2
  description = "Availability zones; a warehouse wants three."
}

variable "nat_gateways" {
  type        = number
  default     = 0
  description = "Ways out for servers without addresses of their own. Each costs by the hour and by the byte."
}

variable "shards" {
  type        = number
  default     = null
  description = "Shards of the stream, paid by the hour; null: as many as are needed, paid by the byte."
}

variable "retention_hours" {
  type        = number
  default     = 72
  description = "How long the stream keeps what was taken. Longer than a backup is old, and than a weekend in which nobody looks."
}

variable "backup_every_hours" {
  type        = number
  default     = 1
  description = "The server's disk goes with it: this much of what people configured may be lost then. Events are in the stream."

  validation {
    condition     = var.backup_every_hours >= 0.25 && var.backup_every_hours <= 12
    error_message = "A quarter of an hour to twelve hours: what came since the latest backup has to be in the stream still."
  }
}

variable "ingest_concurrency_max" {
  type        = number
  default     = 200
  description = "Ingest functions at the same time."
}

variable "requests_per_second_max" {
  type        = number
  default     = 2000
  description = "Requests that the API lets through."
}

variable "cpu_units" {
  type        = number
  default     = 2048
  description = "Cores of the server that loads: 2048 are two."
}

variable "memory_mib" {
  type        = number
  default     = 8192
  description = "Memory of the server that loads."
}

variable "disk_gib" {
  type        = number
  default     = 100
  description = "Disk of the server that loads."
}

variable "servers_max" {
  type        = number
  default     = 8
  description = "Servers that only answer, at most."
}

variable "container_insights" {
  type        = bool
  default     = false
  description = "Figures of each container, which cost by their number."
}

variable "deployment_config" {
  type        = string
  default     = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
  description = "How a new version of the ingest function takes over."
}

variable "quiet_minutes" {
  type        = number
  default     = null
  description = "Somebody is told when for so long no game has sent anything; null: nobody, as where nobody plays at night."

  validation {
    condition     = var.quiet_minutes == null ? true : var.quiet_minutes >= 5 && var.quiet_minutes <= 1440
    error_message = "Five minutes to a day."
  }
}

variable "month_usd" {
  type        = number
  default     = null
  description = "Somebody is told when a month is going to cost more."
}

variable "watches_cost_anomalies" {
  type        = bool
  default     = false
  description = "Whether unusual costs of the account are told; in one environment of an account."
}

variable "may_be_destroyed" {
  type        = bool
  default     = false
  description = "Whether `destroy` deletes what is stored. Not where it matters."
}

# ── what costs more ──

variable "batch" {
  type = object({
    python_environment = string
    questions          = optional(list(string), ["active_players", "retention", "sessions", "revenue"])
    release_label      = optional(string, "emr-spark-8.0.0")
    spark_settings     = optional(map(string), {})
    cores_max          = optional(number, 16)
  })
  default     = null
  description = "Spark each night; null: none."
}

variable "warehouse" {
  type = object({
    client_cidrs             = optional(list(string), [])
    capacity                 = optional(number, 8)
    capacity_hours_a_day_max = optional(number, 32)
    charts = optional(object({
      secret_arn = string
      viewers    = list(string)
      authors    = optional(list(string), [])
    }))
  })
  default     = null
  description = "Redshift, and with charts QuickSight over it; null: none."
}

variable "report" {
  type = object({
    games            = list(string)
    emails           = list(string)
    token_secret_arn = string
    time_zone        = optional(string, "UTC")
  })
  default     = null
  description = "A report each day; null: none. The server can send reports by itself too (docs/reports.md)."
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "What roles may do at most, whatever their policies say: bootstrap makes one for each environment."
}
