"""`infrastructure/` as Terraform itself reads it: written in its way, valid, tested, and planned to the end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from configuration import FILES, FOLDERS, INFRASTRUCTURE, ROOTS
from conftest import Terraform
from plans import Resource


def test_it_is_written_as_terraform_writes_it(terraform: Terraform, copy: Path) -> None:
    assert terraform(copy, "fmt", "-check", "-recursive", "-no-color").stdout == ""


@pytest.mark.parametrize("root", ROOTS)
def test_it_is_valid(root: str, terraform: Terraform, copy: Path) -> None:
    """Types, arguments and nested blocks too, by the provider's published schema."""
    terraform.ready(copy / root)
    terraform.done(copy / root, "validate", "-no-color")


def test_what_the_provider_does_not_have_is_found(terraform: Terraform, copy: Path, tmp_path: Path) -> None:
    wrong = {
        'resource "aws_sqs_queue" "a" { nmae = "a" }': "Unsupported argument",
        'resource "aws_sqs_queue" "a" { delay_seconds = "soon" }': "a number is required",
        'resource "aws_kinesis_stream" "a" { shard_count = 1 }': "Missing required argument",
        'resource "aws_lb_listener" "a" { load_balancer_arn = "a" }': "Insufficient default_action blocks",
        'resource "aws_kinesis_stream" "a" {\nname = "a"\nstream_mode_details { mode = "ON_DEMAND" }\n}': "stream_mode",
        'resource "aws_quicksight_template" "a" {\ndefinition {\nsheets {}\n}\n}': "data_set_configuration",
        'resource "aws_quicksight_template" "a" {\ndefinition {\ncolor = "red"\n}\n}': "Unsupported argument",
        'resource "aws_sqs_queue" "a" {}\noutput "a" { value = aws_sqs_queue.a.address }': "Unsupported attribute",
    }
    for number, (text, said) in enumerate(wrong.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "main.tf").write_text(text)
        (folder / "versions.tf").write_bytes((copy / "platform" / "versions.tf").read_bytes())
        terraform.ready(folder)
        told = terraform(folder, "validate", "-no-color")
        assert told.returncode == 1 and said in " ".join(told.stderr.split()), told.stderr


def test_its_own_tests_pass(terraform: Terraform, copy: Path) -> None:
    terraform.ready(copy / "platform")
    told = terraform.done(copy / "platform", "test", "-no-color")
    passed = re.search(r"(\d+) passed, 0 failed", told)
    text = (INFRASTRUCTURE / "platform" / "tests" / "sizes.tftest.hcl").read_text("utf-8")
    assert passed is not None and int(passed[1]) == len(re.findall(r"^run ", text, re.MULTILINE)) > 0, told


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(INFRASTRUCTURE).as_posix())
def test_each_variable_is_used_and_each_says_what_it_is(folder: Path) -> None:
    text = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.tf")))
    for kind, name, told in re.findall(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', text, re.DOTALL | re.MULTILINE):
        assert re.search(r'^  description = ".{8,}\."$', told, re.MULTILINE), name
        if kind == "variable":
            assert re.search(r"^  type +=", told, re.MULTILINE), name
            assert re.search(rf"\bvar\.{name}\b", text.replace(told, "")), f"nothing uses {name}"


def test_every_module_of_the_map_is_there() -> None:
    assert {path.name for path in (INFRASTRUCTURE / "modules").iterdir()} == {
        *("bucket", "function", "network", "ingest", "stream", "lake"),
        *("process", "batch", "warehouse", "charts", "serve", "report", "watch"),
    }
    assert len(FILES) > 30


def test_environments_plan_and_what_costs_more_is_off(staging: list[Resource], production: list[Resource]) -> None:
    dear = ("aws_nat_gateway", "aws_emrserverless", "aws_redshift", "aws_quicksight", "aws_ce_", "aws_appautoscaling")
    found = {resource.type for resource in staging}
    assert {"aws_lambda_function", "aws_kinesis_stream", "aws_ecs_service", "aws_lb", "aws_dynamodb_table"} <= found
    assert [name for name in found if name.startswith(dear)] == []
    # Production watches unusual costs besides.
    assert {resource.type for resource in production} - found == {
        "aws_ce_anomaly_monitor",
        "aws_ce_anomaly_subscription",
    }
    # What may be destroyed with all that is in it is said once, in staging.
    for resources, may_be in ((staging, True), (production, False)):
        balancers = [each for each in resources if each.type == "aws_lb"]
        assert [each.values["enable_deletion_protection"] for each in balancers] == [not may_be]
        backups = [each for each in resources if each.type == "aws_s3_bucket" and "backups" in each.values["bucket"]]
        assert [each.values["force_destroy"] for each in backups] == [may_be]


def test_everything_that_variables_turn_on_is_there(everything: list[Resource]) -> None:
    found = {resource.type for resource in everything}
    assert {
        *("aws_nat_gateway", "aws_emrserverless_application", "aws_redshiftserverless_workgroup", "aws_budgets_budget"),
        *(
            "aws_quicksight_dashboard",
            "aws_quicksight_analysis",
            "aws_appautoscaling_policy",
            "aws_scheduler_schedule",
            "aws_ce_anomaly_monitor",
        ),
    } <= found
    services = sorted(each.values["name"] for each in everything if each.type == "aws_ecs_service")
    assert services == ["ask", "load"]


def test_no_value_is_a_template_that_was_never_filled(everything: list[Resource], bootstrap: list[Resource]) -> None:
    for resource in (*everything, *bootstrap):
        assert "${" not in json.dumps(resource.values), resource.address
