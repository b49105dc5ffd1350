variable "region" {
  type        = string
  description = "Where the state and images are, and the environments."
}

variable "repository" {
  type        = string
  description = "Owner and name of the repository on GitHub that deploys."

  validation {
    condition     = can(regex("^[^/*]+/[^/*]+$", var.repository))
    error_message = "OWNER/NAME is expected: a star would let others deploy."
  }
}

variable "environments" {
  type        = set(string)
  default     = ["staging", "production"]
  description = "Environments of the repository on GitHub, each with its approvals."
}

variable "services" {
  type        = list(string)
  description = "Services whose resources a deployment makes."
  default = [
    "apigateway", "application-autoscaling", "athena", "cloudwatch", "codedeploy", "dynamodb", "ec2", "ecs",
    "elasticloadbalancing", "emr-serverless", "glue", "kinesis", "kms", "lambda", "logs", "quicksight", "redshift-serverless",
    "s3", "scheduler", "sns", "sqs",
  ]
}
