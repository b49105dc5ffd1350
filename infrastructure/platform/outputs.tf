output "ingest_url" {
  value       = module.ingest.url
  description = "Where games send to."
}

output "dashboard_url" {
  value       = "https://${var.host}"
  description = "Where people come."
}

output "load_balancer_address" {
  value       = module.serve.address
  description = "What the DNS record of that host points at."
}

output "deployment" {
  value       = module.ingest.deployment
  description = "What makes the latest version of the ingest function live."
}

output "server" {
  value = {
    cluster   = module.process.cluster_name
    service   = module.process.load_service_name
    log_group = module.process.load_log_group
  }
  description = "The server that loads: its log has the link that makes the admin account."
}

output "dead_letters_url" {
  value       = module.process.dead_letters.url
  description = "For `playtrace aws redrive`."
}

output "athena_workgroup" {
  value       = module.lake.workgroup
  description = "Where the lake is asked."
}
