# The state has no secret in it, and is encrypted all the same. Its bucket is made once: infrastructure/bootstrap.
#
#   terraform init -backend-config="bucket=playtrace-state-ACCOUNT" -backend-config="region=REGION"
terraform {
  backend "s3" {
    key          = "production/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
