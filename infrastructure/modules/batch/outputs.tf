output "results" {
  value = {
    name = module.bucket.name
    arn  = module.bucket.arn
  }
  description = "Where results are."
}
