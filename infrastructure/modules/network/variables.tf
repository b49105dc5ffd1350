variable "name" {
  type        = string
  description = "What everything is called by."
}

variable "cidr" {
  type        = string
  default     = "10.20.0.0/16"
  description = "Addresses of the network."

  validation {
    condition     = can(cidrsubnet(var.cidr, 4, 15))
    error_message = "A network such as 10.20.0.0/16 is expected."
  }
}

variable "zones" {
  type        = number
  default     = 2
  description = "Availability zones that it spreads over; a load balancer needs two."

  validation {
    condition     = var.zones >= 2 && var.zones <= 3
    error_message = "Two or three zones."
  }
}

variable "nat_gateways" {
  type        = number
  default     = 0
  description = "Ways out for servers without addresses of their own: 0 (they have addresses), 1, or one for each zone. Each costs by the hour and by the byte."

  validation {
    condition     = contains([0, 1, var.zones], var.nat_gateways)
    error_message = "0, 1, or as many as there are zones."
  }
}
