# Made once for an account, by a person who may do everything, before anything else: where the state of the environments
# is, where images are, and what GitHub may do. Its own state stays with that person; it can be imported again.
#
#   terraform init && terraform apply

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      system      = "playtrace"
      environment = "all"
      managed-by  = "terraform"
    }
  }
}

data "aws_caller_identity" "here" {}

locals {
  account_id = data.aws_caller_identity.here.account_id
  issuer     = "token.actions.githubusercontent.com"
  # Which run of which repository may have which role: plans on any branch, changes only where somebody has approved.
  deploying = { for name in var.environments : name => ["repo:${var.repository}:environment:${name}"] }
}

resource "aws_kms_key" "this" {
  description             = "State and images of playtrace"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # The account decides by its own policies who may use it; without this nobody could, not even to mend it.
        Sid       = "TheAccountDecides"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${local.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
    ]
  })
}

# ── state ──

module "state" {
  source = "../modules/bucket"

  name        = "playtrace-state-${local.account_id}"
  kms_key_arn = aws_kms_key.this.arn
  versioned   = true
}

# ── images ──

resource "aws_ecr_repository" "this" {
  name                 = "playtrace"
  image_tag_mutability = "IMMUTABLE"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.this.arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Fifty to go back to"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 50 }
        action       = { type = "expire" }
      },
    ]
  })
}

# ── GitHub, without a key that could be stolen ──

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "deploy" {
  for_each = local.deploying

  name                 = "playtrace-deploy-${each.key}"
  description          = "What a deployment from GitHub may do, once somebody has approved it"
  max_session_duration = 7200

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Runs of this repository, in this environment, in which GitHub waits for an approval.
        Sid       = "ForGitHub"
        Effect    = "Allow"
        Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "${local.issuer}:aud" = "sts.amazonaws.com"
            "${local.issuer}:sub" = each.value
          }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy" "deploy" {
  for_each = local.deploying

  name = "deploy"
  role = aws_iam_role.deploy[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # The state of this environment, and its lock beside it.
        Sid      = "KeepTheState"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = "${module.state.arn}/${each.key}/*"
      },
      {
        # Whether there is one.
        Sid      = "FindTheState"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = module.state.arn
      },
      {
        # The state and images are encrypted.
        Sid      = "UseTheKey"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = aws_kms_key.this.arn
      },
      {
        # Signing in to the repository names none.
        Sid      = "SignInToTheRepository"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        # Images are pushed, and never replaced.
        Sid    = "PushImages"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = aws_ecr_repository.this.arn
      },
      {
        # A version of the ingest function becomes live bit by bit.
        Sid    = "MakeVersionsLive"
        Effect = "Allow"
        Action = ["codedeploy:CreateDeployment", "codedeploy:GetDeployment", "codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision", "codedeploy:GetApplicationRevision"]
        Resource = [
          "arn:aws:codedeploy:${var.region}:${local.account_id}:application:playtrace-${each.key}-ingest",
          "arn:aws:codedeploy:${var.region}:${local.account_id}:deploymentgroup:playtrace-${each.key}-ingest/*",
          "arn:aws:codedeploy:${var.region}:${local.account_id}:deploymentconfig:*",
        ]
      },
    ]
  })
}

# What any role of an environment may do at most. Who deploys may make roles, and without this could make one that may do
# everything.
resource "aws_iam_policy" "boundary" {
  for_each = var.environments

  name        = "playtrace-boundary-${each.key}"
  description = "What roles of this environment may do at most"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # What servers, functions and jobs use, in one region. Each has a policy that allows a part of it by name.
        Sid    = "UseWhatModulesHave"
        Effect = "Allow"
        Action = [
          "cloudwatch:DescribeAlarms", "dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage",
          "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:ModifyNetworkInterfaceAttribute",
          "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "emr-serverless:StartJobRun", "glue:*Database*", "glue:*Table*",
          "kinesis:Describe*", "kinesis:Get*", "kinesis:ListShards", "kinesis:Put*", "kms:Decrypt", "kms:GenerateDataKey",
          "lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:InvokeFunction", "lambda:UpdateAlias",
          "logs:CreateLogStream", "logs:DescribeLog*", "logs:PutLogEvents", "s3:*Object", "s3:AbortMultipartUpload",
          "s3:GetBucketLocation", "s3:ListBucket", "secretsmanager:GetSecretValue", "sns:Publish", "sqs:SendMessage",
          "xray:PutTelemetryRecords", "xray:PutTraceSegments",
        ]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
      },
      {
        # The nightly schedule hands the job its role.
        Sid       = "HandOnTheRoleOfJobs"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = "arn:aws:iam::${local.account_id}:role/playtrace-${each.key}-batch"
        Condition = { StringEquals = { "iam:PassedToService" = "emr-serverless.amazonaws.com" } }
      },
    ]
  })
}

# Terraform makes what infrastructure/ says, and so needs the rights to make such things: services by name, in one region,
# and roles of this environment alone, each within its boundary.
resource "aws_iam_role_policy" "terraform" {
  for_each = local.deploying

  name = "terraform"
  role = aws_iam_role.deploy[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # What modules make. Most of these services have no names before they are made, so the region bounds them.
        Sid       = "MakeWhatModulesHave"
        Effect    = "Allow"
        Action    = [for service in var.services : "${service}:*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
      },
      {
        # What watches bills has no region.
        Sid      = "WatchTheBill"
        Effect   = "Allow"
        Action   = ["budgets:ViewBudget", "budgets:ModifyBudget", "budgets:TagResource", "budgets:ListTagsForResource", "ce:CreateAnomalyMonitor", "ce:CreateAnomalySubscription", "ce:DeleteAnomalyMonitor", "ce:DeleteAnomalySubscription", "ce:GetAnomalyMonitors", "ce:GetAnomalySubscriptions", "ce:ListTagsForResource", "ce:TagResource", "ce:UpdateAnomalyMonitor", "ce:UpdateAnomalySubscription"]
        Resource = "*"
      },
      {
        # Roles of this environment, by their names, and none without its boundary.
        Sid       = "MakeItsRoles"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
        Resource  = "arn:aws:iam::${local.account_id}:role/playtrace-${each.key}-*"
        Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary[each.key].arn } }
      },
      {
        # What gives no more rights than there are.
        Sid    = "KeepItsRoles"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
          "iam:ListRolePolicies", "iam:PassRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
          "iam:UpdateRoleDescription",
        ]
        Resource = "arn:aws:iam::${local.account_id}:role/playtrace-${each.key}-*"
      },
      {
        # The first load balancer, cluster or warehouse of an account makes a role that AWS itself wrote.
        Sid      = "MakeRolesOfServices"
        Effect   = "Allow"
        Action   = "iam:CreateServiceLinkedRole"
        Resource = "arn:aws:iam::${local.account_id}:role/aws-service-role/*"
      },
      {
        # Redshift keeps the password of its admin in a secret, which it makes in the name of who makes the warehouse.
        Sid      = "MakeThePasswordOfTheWarehouse"
        Effect   = "Allow"
        Action   = ["secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:RotateSecret", "secretsmanager:TagResource", "secretsmanager:UpdateSecret"]
        Resource = "arn:aws:secretsmanager:${var.region}:${local.account_id}:secret:redshift!*"
      },
    ]
  })
}
