terraform {
  # 1.10 locks the state in the bucket itself; OpenTofu does so from 1.10 on too.
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.30, < 7"
    }
  }
}
