output "ingest_url" {
  value       = module.playtrace.ingest_url
  description = "Where games send to."
}

output "dashboard_url" {
  value       = module.playtrace.dashboard_url
  description = "Where people come."
}

output "load_balancer_address" {
  value       = module.playtrace.load_balancer_address
  description = "What the DNS record of that host points at."
}

output "deployment" {
  value       = module.playtrace.deployment
  description = "What makes the latest version of the ingest function live."
}

output "server" {
  value       = module.playtrace.server
  description = "The server that loads."
}

output "dead_letters_url" {
  value       = module.playtrace.dead_letters_url
  description = "For `playtrace aws redrive`."
}

output "athena_workgroup" {
  value       = module.playtrace.athena_workgroup
  description = "Where the lake is asked."
}
