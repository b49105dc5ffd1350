# What differs between accounts; terraform.tfvars has it, or TF_VAR_name in the environment of whoever deploys.

variable "region" {
  type        = string
  description = "Where all of it is."
}

variable "host" {
  type        = string
  description = "Address that people use."
}

variable "certificate_arn" {
  type        = string
  description = "Certificate of that address."
}

variable "image" {
  type        = string
  description = "The container's image."
}

variable "repository_arn" {
  type        = string
  description = "Where the image is."
}

variable "package" {
  type        = string
  description = "The zip file for functions."
}

variable "people_cidrs" {
  type        = list(string)
  description = "From where people may come."
}

variable "alarm_emails" {
  type        = list(string)
  description = "Who is told of alarms."
}

variable "secrets" {
  type        = map(string)
  default     = {}
  description = "Settings with passwords, by the ARNs of secrets."
}

variable "settings" {
  type        = map(string)
  default     = {}
  description = "More settings of the program, by the names of their variables."
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "What roles may do at most, whatever their policies say: bootstrap makes one for each environment."
}
