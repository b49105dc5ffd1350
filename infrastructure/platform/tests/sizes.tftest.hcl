# terraform test (from infrastructure/platform): what variables turn on and off, without an account.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_region" {
    defaults = { region = "eu-west-1" }
  }

  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }
  }
}

variables {
  name            = "playtrace-test"
  host            = "telemetry.example"
  certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
  image           = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/playtrace:1"
  repository_arn  = "arn:aws:ecr:eu-west-1:123456789012:repository/playtrace"
  package         = "versions.tf" # any file: nothing is uploaded
  queries_folder  = "../../src/playtrace/batch/warehouse/athena"
  people_cidrs    = ["198.51.100.0/24"]
  alarm_emails    = ["studio@example.com"]
}

run "costly_parts_are_off" {
  command = plan

  assert {
    condition     = length(module.batch) + length(module.warehouse) + length(module.report) == 0
    error_message = "Spark, Redshift and reports are to be asked for."
  }

  assert {
    condition     = module.network.servers_have_addresses
    error_message = "Without a NAT gateway servers need addresses."
  }

  assert {
    condition     = local.load_environment.PLAYTRACE_ROLE == "load,ask"
    error_message = "Without a ClickHouse one server loads and answers."
  }
}

run "a_clickhouse_makes_servers_that_only_answer" {
  command = plan

  variables {
    secrets = {
      PLAYTRACE_REGISTRY_URL = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry"
      PLAYTRACE_STORE_URL    = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:store"
    }
  }

  assert {
    condition     = local.load_environment.PLAYTRACE_ROLE == "load" && local.asks_apart
    error_message = "Who loads does not answer then."
  }
}

run "an_image_that_may_change_is_refused" {
  command = plan

  variables {
    image = "playtrace:latest"
  }

  expect_failures = [var.image]
}

run "a_name_that_does_not_fit_is_refused" {
  command = plan

  variables {
    name = "Playtrace_Production"
  }

  expect_failures = [var.name]
}

run "somebody_must_be_told" {
  command = plan

  variables {
    alarm_emails = []
  }

  expect_failures = [var.alarm_emails]
}

run "a_backup_is_younger_than_what_the_stream_keeps" {
  command = plan

  variables {
    backup_every_hours = 24
  }

  expect_failures = [var.backup_every_hours]
}
