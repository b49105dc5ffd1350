"""What a plan must never have: rights for everything, something in the clear, a door to the world."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from configuration import FILES, INFRASTRUCTURE, ROOTS
from databases.servers import skip_without
from plans import Resource, Statement, statements_of

CHECKOV = "checkov@3.3.30"
WITHOUT_RESOURCES = {
    "WriteTraces": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
    "SignInToTheRepository": {"ecr:GetAuthorizationToken"},
    "FindItsLog": {"logs:DescribeLogGroups"},
    "SeeTheNetwork": {"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"},
}
"""Actions for which AWS knows no resources that could be named."""
OF_THE_ONE_WHO_BUILDS = {"MakeWhatModulesHave", "WatchTheBill", "UseWhatModulesHave"}
"""Terraform itself, in a run that somebody approved; and the boundary of roles that it makes, which allows nothing."""


@pytest.fixture(scope="module")
def planned(everything: list[Resource], bootstrap: list[Resource]) -> list[Resource]:
    return [*everything, *bootstrap]


def of_type(resources: list[Resource], type_: str) -> list[Resource]:
    return [resource for resource in resources if resource.type == type_]


@pytest.fixture(scope="module")
def statements(planned: list[Resource]) -> list[Statement]:
    return statements_of(planned)


def is_of_a_key(statement: Statement) -> bool:
    """In the policy of a key, a star is that key."""
    return statement.resource.type == "aws_kms_key"


def test_each_statement_says_what_it_is_for_and_why(statements: list[Statement]) -> None:
    assert len(statements) > 60
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", each.told.get("Sid", "")) for each in statements)
    for path in FILES:
        text = path.read_text("utf-8")
        commented = re.findall(r"\{\n(?:\s+#[^\n]+\n)+\s+Sid\s+=", text)
        assert len(commented) == len(re.findall(r"^\s+Sid\s+=", text, re.MULTILINE)), path.relative_to(INFRASTRUCTURE)


def test_nobody_may_do_everything(statements: list[Statement]) -> None:
    for each in statements:
        sid = each.told["Sid"]
        if each.told["Effect"] == "Deny" or is_of_a_key(each):
            continue
        if sid not in OF_THE_ONE_WHO_BUILDS:
            assert [action for action in each.texts("Action") if "*" in action] == [], (each.resource.address, sid)
            if "*" in each.texts("Resource"):
                assert set(each.texts("Action")) <= WITHOUT_RESOURCES[sid], (each.resource.address, sid)
    building = [each for each in statements if each.told["Sid"] == "MakeWhatModulesHave"]
    assert len(building) == 2
    for each in building:
        assert each.told["Condition"] == {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
        assert not {"*", "iam:*", "sts:*", "organizations:*", "secretsmanager:*"} & set(each.texts("Action"))


def test_who_deploys_makes_no_role_that_may_do_more(everything: list[Resource], statements: list[Statement]) -> None:
    roles = of_type(everything, "aws_iam_role")
    assert len(roles) == 12
    boundary = "arn:aws:iam::123456789012:policy/playtrace-boundary-test"
    assert {role.values["permissions_boundary"] for role in roles} == {boundary}
    giving = {"iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary"}
    found = [each for each in statements if giving & set(each.texts("Action"))]
    assert len(found) == 2
    for each in found:
        assert set(each.texts("Action")) == giving
        assert "iam:PermissionsBoundary" in each.told["Condition"]["StringEquals"]
    everywhere = {action for each in statements for action in each.texts("Action")}
    assert not {"iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion"} & everywhere


def test_the_boundary_lets_through_what_policies_allow(everything: list[Resource], bootstrap: list[Resource]) -> None:
    bounds = statements_of(of_type(bootstrap, "aws_iam_policy"))
    allowed = {action for each in bounds for action in each.texts("Action")}
    for each in statements_of(of_type(everything, "aws_iam_role_policy")):
        for action in each.texts("Action"):
            assert any(fnmatchcase(action, pattern) for pattern in allowed), action


def test_nobody_in_the_world_is_let_in(statements: list[Statement]) -> None:
    for each in statements:
        principal = each.told.get("Principal")
        if each.told["Effect"] == "Allow" and principal is not None:
            assert principal != "*" and "*" not in json.dumps(principal), each.resource.address
    # A role for GitHub is for one repository and one environment, in which somebody approves.
    federated = [each for each in statements if "Federated" in each.told.get("Principal", {})]
    issuer = "token.actions.githubusercontent.com"
    for each in federated:
        condition = each.told["Condition"]["StringEquals"]
        environment = each.resource.values["name"].removeprefix("playtrace-deploy-")
        assert condition[f"{issuer}:sub"] == [f"repo:studio/telemetry:environment:{environment}"]
        assert condition[f"{issuer}:aud"] == "sts.amazonaws.com"
    assert len(federated) == 2


def test_a_role_is_handed_on_to_one_service_or_by_its_name(statements: list[Statement]) -> None:
    handing = [each for each in statements if "iam:PassRole" in each.texts("Action")]
    assert len(handing) == 5
    for each in handing:
        to_one_service = "iam:PassedToService" in each.told.get("Condition", {}).get("StringEquals", {})
        by_its_name = all(re.search(r":role/playtrace-\w+-", resource) for resource in each.texts("Resource"))
        assert to_one_service or by_its_name, each.resource.address


ENCRYPTED: dict[str, Callable[[dict[str, object]], object]] = {
    "aws_kinesis_stream": lambda told: told["encryption_type"] == "KMS" and told["kms_key_id"],
    "aws_lambda_function": lambda told: told["kms_key_arn"],
    "aws_cloudwatch_log_group": lambda told: told["kms_key_id"] and told["retention_in_days"],
    "aws_dynamodb_table": lambda told: _one(told["server_side_encryption"])["kms_key_arn"],
    "aws_sqs_queue": lambda told: told["kms_master_key_id"],
    "aws_sns_topic": lambda told: told["kms_master_key_id"],
    "aws_redshiftserverless_namespace": lambda told: told["kms_key_id"] and told["admin_password_secret_kms_key_id"],
    "aws_scheduler_schedule": lambda told: told["kms_key_arn"],
    "aws_ecr_repository": lambda told: _one(told["encryption_configuration"])["kms_key"],
    "aws_s3_bucket_server_side_encryption_configuration": lambda told: _one(
        _one(told["rule"])["apply_server_side_encryption_by_default"]
    )["kms_master_key_id"],
    "aws_athena_workgroup": lambda told: _one(
        _one(_one(told["configuration"])["result_configuration"])["encryption_configuration"]
    )["kms_key_arn"],
    "aws_kms_key": lambda told: told["enable_key_rotation"],
}


def _one(blocks: object) -> dict[str, object]:
    assert isinstance(blocks, list) and len(blocks) == 1
    return blocks[0]


@pytest.mark.parametrize("type_", ENCRYPTED)
def test_what_is_at_rest_is_encrypted(type_: str, planned: list[Resource]) -> None:
    found = of_type(planned, type_)
    assert found
    for resource in found:
        assert ENCRYPTED[type_](resource.values), resource.address


def test_every_bucket_is_private_and_over_tls_alone(planned: list[Resource]) -> None:
    buckets = {each.address.rpartition(".")[0].rpartition(".")[0] for each in of_type(planned, "aws_s3_bucket")}
    assert len(buckets) == 6
    for type_ in (
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
    ):
        assert {each.address.rpartition(".")[0].rpartition(".")[0] for each in of_type(planned, type_)} == buckets
    for each in of_type(planned, "aws_s3_bucket_public_access_block"):
        kept_out = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
        assert all(each.values[key] is True for key in kept_out), each.address
    for each in statements_of(of_type(planned, "aws_s3_bucket_policy")):
        assert (each.told["Effect"], each.told["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_who_comes_in_is_who_may(planned: list[Resource]) -> None:
    for rule in of_type(planned, "aws_vpc_security_group_ingress_rule"):
        told = rule.values
        if told["cidr_ipv4"] is not None:
            assert told["cidr_ipv4"] in ("198.51.100.0/24", "10.20.0.0/16"), rule.address
            assert told["from_port"] == told["to_port"] in (80, 443, 5439), rule.address
        else:
            ports = [8080, 5439, 1024] if "answers" in rule.address else [8080, 5439]
            assert told["referenced_security_group_id"] and told["from_port"] in ports, rule.address
            assert told["to_port"] == (65535 if told["from_port"] == 1024 else told["from_port"]), rule.address
    (unused,) = of_type(planned, "aws_default_security_group")
    assert not unused.values["ingress"] and not unused.values["egress"]
    assert all(
        each.values["publicly_accessible"] is False for each in of_type(planned, "aws_redshiftserverless_workgroup")
    )


def test_nobody_talks_in_the_clear(planned: list[Resource]) -> None:
    listeners = {each.values["protocol"]: each.values for each in of_type(planned, "aws_lb_listener")}
    assert set(listeners) == {"HTTP", "HTTPS"}
    assert listeners["HTTP"]["default_action"][0]["type"] == "redirect"
    assert "TLS13" in listeners["HTTPS"]["ssl_policy"]


def test_containers_have_no_rights_that_they_do_not_need(planned: list[Resource]) -> None:
    definitions = of_type(planned, "aws_ecs_task_definition")
    assert len(definitions) == 2
    for definition in definitions:
        for container in json.loads(definition.values["container_definitions"]):
            # The user of deploy/Dockerfile.
            assert (container["user"], container["readonlyRootFilesystem"]) == ("10001", True)
            assert container["linuxParameters"]["capabilities"]["drop"] == ["ALL"]


def test_what_is_made_is_known_by_its_tags() -> None:
    for root in ROOTS:
        text = (INFRASTRUCTURE / root / "main.tf").read_text("utf-8")
        (tags,) = re.findall(r"default_tags \{\s+tags = \{(.*?)\}", text, re.DOTALL)
        assert set(re.findall(r"^\s+([\w-]+)\s+=", tags, re.MULTILINE)) == {"system", "environment", "managed-by"}


def test_the_budget_is_of_what_has_the_environments_tag(staging: list[Resource]) -> None:
    (budget,) = of_type(staging, "aws_budgets_budget")
    (told,) = budget.values["cost_filter"]
    text = (INFRASTRUCTURE / "environments" / "staging" / "main.tf").read_text("utf-8")
    (system,) = re.findall(r'system +=\s*"([\w-]+)"', text)
    assert told["values"] == [f"user:system${system}"]


def test_every_alarm_tells_somebody_and_says_what_to_do(planned: list[Resource]) -> None:
    alarms = of_type(planned, "aws_cloudwatch_metric_alarm")
    assert len(alarms) >= 10
    for alarm in alarms:
        assert alarm.values["alarm_actions"] and alarm.values["ok_actions"], alarm.address
        assert len(alarm.values["alarm_description"]) > 40, alarm.address


def test_checkov_finds_nothing_but_what_is_said_not_to_be_done() -> None:
    uvx = shutil.which("uvx")
    if uvx is None:
        skip_without("uvx runs checkov, and there is none")
    command = [uvx, "--quiet", CHECKOV, "--directory", ".", "--config-file", ".checkov.yaml", "--skip-download"]
    told = subprocess.run(
        [*command, "--output", "json"], cwd=INFRASTRUCTURE, capture_output=True, text=True, timeout=280
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert json.loads(told.stdout)["summary"]["passed"] > 400
    skipped = re.findall(r"- (CKV\w+)", (INFRASTRUCTURE / ".checkov.yaml").read_text("utf-8"))
    assert len(skipped) == len(set(skipped)) < 20


def test_no_secret_stands_in_a_file() -> None:
    for path in Path(INFRASTRUCTURE).rglob("*"):
        if path.is_file() and path.suffix in {".tf", ".hcl", ".sql", ".sh", ".py", ".toml"}:
            assert not re.search(r"AKIA[0-9A-Z]{16}|BEGIN [A-Z ]*PRIVATE KEY", path.read_text("utf-8")), path
