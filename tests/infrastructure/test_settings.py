"""From the variables of an environment through modules to what the program reads: no name is wrong on either side."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import re
from pathlib import Path

import pytest
import sqlglot
from configuration import INFRASTRUCTURE
from plans import Resource
from sqlglot import exp

from playtrace.aws.settings import FUNCTIONS, Function
from playtrace.batch.run import Report, Result
from playtrace.batch.telling import embedded_metrics
from playtrace.batch.warehouse.loading import schema
from playtrace.config import Settings, known_settings

CONTAINERS = {"load": "load", "ask": "ask"}


def functions_of(planned: list[Resource]) -> dict[str, Resource]:
    return {each.values["handler"]: each for each in planned if each.type == "aws_lambda_function"}


def test_every_function_is_there_and_nothing_else(everything: list[Resource]) -> None:
    assert set(functions_of(everything)) == {function.handler for function in FUNCTIONS}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.handler)
def test_a_function_gets_what_it_reads(
    function: Function, everything: list[Resource], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    module, _, name = function.handler.rpartition(".")
    if (Path(importlib.import_module("playtrace.aws").__path__[0]) / f"{module.rpartition('.')[2]}.py").exists():
        assert callable(getattr(importlib.import_module(module), name))
    resource = functions_of(everything)[function.handler]
    given = resource.values["environment"][0]["variables"]
    by_name = {setting.name: setting.variable for setting in known_settings()}
    assert {by_name[name] for name in function.needs} <= set(given)
    assert set(given) <= {setting.variable for setting in function.settings}
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    settings = Settings.read()
    reads_lateness = "late_days_max" in function.may_have
    assert settings.load.late_days_max == (7 if reads_lateness else Settings().load.late_days_max)
    if function.needs[0] == "journal_url":
        assert settings.journal.url is not None
        assert settings.journal.url.get_secret_value() == "kinesis://playtrace-test-events?region=eu-west-1"


def test_which_settings_a_function_is_handed_is_what_it_reads() -> None:
    text = (INFRASTRUCTURE / "platform" / "functions.tf").read_text("utf-8")
    lists = dict(re.findall(r"read_by_(\w+) = \[(.*?)\]", text, re.DOTALL))
    handed = {name: set(re.findall(r'"(\w+)"', names)) for name, names in lists.items()}
    by_handler = {function.handler.split(".")[2]: function for function in FUNCTIONS}
    for name, function in (("ingest", by_handler["ingest"]), ("stats", by_handler["stream"])):
        assert handed[name] == {each.variable for each in function.settings if each.name in function.may_have}


@pytest.mark.parametrize("environment", ["staging", "production", "everything"])
def test_a_server_gets_settings(
    environment: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    planned: list[Resource] = request.getfixturevalue(environment)
    monkeypatch.chdir(tmp_path)
    definitions = [each for each in planned if each.type == "aws_ecs_task_definition"]
    assert len(definitions) == (2 if environment == "everything" else 1)
    variables = {setting.variable for setting in known_settings()}
    for definition in definitions:
        (container,) = json.loads(definition.values["container_definitions"])
        told = {each["name"]: each["value"] for each in container["environment"]}
        secret = [each["name"] for each in container["secrets"]]
        assert set(told) | set(secret) <= variables
        for name in secret:
            urls = {
                "PLAYTRACE_REGISTRY_URL": "postgresql://db/playtrace",
                "PLAYTRACE_STORE_URL": "clickhouse://db/playtrace",
            }
            told[name] = urls[name]
        with monkeypatch.context() as patch:
            for name, value in told.items():
                patch.setenv(name, value)
            settings = Settings.read()
        assert settings.store.memory_bytes < int(definition.values["memory"]) * 1024**2 / 2
        assert settings.public_url == "https://telemetry.example"
        if environment == "everything":
            assert (settings.load.late_days_max, settings.rules.settle_hours, settings.store.query_seconds_max) == (
                7,
                24,
                20,
            )
        ports = [each["containerPort"] for each in container["portMappings"]]
        assert ports == [Settings().port]
        if definition.values["family"].endswith("-load"):
            assert settings.roles == ({"load"} if environment == "everything" else {"load", "ask"})
            assert settings.mirrors.lake_url is not None and settings.backup.directory is not None
            # Where the function reads what is known of keys, the server writes it.
            assert settings.aws.keys_url == f"{settings.backup.directory.rpartition('/')[0]}/keys/keys.json"
        else:
            assert settings.roles == {"ask"}


def test_a_server_is_restored_where_it_looks(staging: list[Resource], everything: list[Resource]) -> None:
    for planned, folder in ((staging, Path("/data/playtrace")), (everything, Path("/data/playtrace/share-0"))):
        (container,) = (
            json.loads(each.values["container_definitions"])[0]
            for each in planned
            if each.type == "aws_ecs_task_definition" and each.values["family"].endswith("-load")
        )
        told = {each["name"]: each["value"] for each in container["environment"]}
        settings = Settings(data=Path(told["PLAYTRACE_DATA"]))
        assert folder == (settings.share_path(0) if told["PLAYTRACE_ROLE"] == "load" else settings.data)
        below = f"{folder}".removeprefix(told["PLAYTRACE_DATA"])
        words = f'restore "$PLAYTRACE_BACKUP_DIRECTORY{below}" --data "$PLAYTRACE_DATA{below}" --if-needed'
        assert words in container["command"][0]


def test_what_a_server_starts_with_is_a_command_of_ours(staging: list[Resource]) -> None:
    from typer.testing import CliRunner

    from playtrace.cli.main import app

    (definition,) = (each for each in staging if each.type == "aws_ecs_task_definition")
    (container,) = json.loads(definition.values["container_definitions"])
    (line,) = container["command"]
    commands = re.findall(r"playtrace (\w+)((?: [^&]*)?)", line)
    assert [name for name, _ in commands] == ["restore", "serve"]
    for name, rest in commands:
        told = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
        for option in re.findall(r"--[\w-]+", rest):
            assert option in told, (name, option)


def test_what_spark_is_asked_is_what_the_command_knows(everything: list[Resource]) -> None:
    from typer.testing import CliRunner

    from playtrace.cli.main import app
    from playtrace.metrics.frame.metric import metrics

    (schedule,) = (each for each in everything if each.values.get("name") == "nightly")
    (told,) = schedule.values["target"]
    submit = json.loads(told["input"])["JobDriver"]["SparkSubmit"]
    run, *rest = submit["EntryPointArguments"]
    options = [each for each in rest if each.startswith("--")]
    help_text = CliRunner().invoke(app, ["batch", run, "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    assert options == ["--lake", "--results", "--emf"] and all(option in help_text for option in options)
    assert set(rest[: rest.index("--lake")]) <= set(metrics())
    # The bucket's address has no braces that a shell or Spark would read.
    assert re.fullmatch(r"(--conf [\w.-]+=[\w./:#-]+ ?)+", submit["SparkSubmitParameters"])


def test_alarms_are_of_figures_that_we_tell(everything: list[Resource]) -> None:
    """A name that nobody writes would be an alarm that is never on, or always."""
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    report = Report("lake", None, None, now, results=[Result("facts", "session", "arena", now.date())])
    [line] = map(json.loads, embedded_metrics(report))
    [about] = line["_aws"]["CloudWatchMetrics"]
    told = {metric["Name"] for metric in about["Metrics"]}
    ours = [each for each in everything if each.values.get("namespace") == "playtrace"]
    assert {each.values["metric_name"] for each in ours} == told
    for each in ours:
        assert not each.values["dimensions"] and [] in about["Dimensions"], each.address


def test_the_queries_in_athena_are_those_of_the_batch(staging: list[Resource]) -> None:
    folder = INFRASTRUCTURE.parent / "src" / "playtrace" / "batch" / "warehouse" / "athena"
    named = {each.values["name"]: each.values["query"] for each in staging if each.type == "aws_athena_named_query"}
    assert named == {path.stem: path.read_text("utf-8") for path in folder.glob("*.sql")} != {}


TYPES = {"DATETIME": {"day", "cohort"}, "STRING": {"game_id", "currency", "level"}}
"""Columns of the warehouse that are no numbers."""


def test_charts_are_of_columns_that_the_warehouse_has(everything: list[Resource]) -> None:
    views = {
        statement.this.name: statement.expression.named_selects
        for statement in (sqlglot.parse_one(text, read="redshift") for text in schema())
        if isinstance(statement, exp.Create) and statement.kind == "VIEW"
    }
    data_sets: dict[str, list[str]] = {}
    for resource in everything:
        if resource.type == "aws_quicksight_data_set":
            (table,) = resource.values["physical_table_map"][0]["relational_table"]
            assert table["schema"] == "playtrace"
            data_sets[table["name"]] = [column["name"] for column in table["input_columns"]]
            for column in table["input_columns"]:
                type_ = next((type_ for type_, names in TYPES.items() if column["name"] in names), None)
                assert column["type"] == type_ or (type_ is None and column["type"] in ("INTEGER", "DECIMAL")), column
    assert {name: sorted(columns) for name, columns in data_sets.items()} == {
        name: sorted(columns) for name, columns in views.items()
    }
    (template,) = (each for each in everything if each.type == "aws_quicksight_template")
    (definition,) = template.values["definition"]
    for calculated in definition["calculated_fields"]:
        of_view = data_sets[calculated["data_set_identifier"]]
        assert set(re.findall(r"\{(\w+)\}", calculated["expression"])) <= set(of_view)
        of_view.append(calculated["name"])
    drawn = re.findall(
        r'"column_name": "([^"]+)", "data_set_identifier": "([^"]+)"', json.dumps(definition["sheets"], sort_keys=True)
    )
    assert len(drawn) > 20
    for column, view in drawn:
        assert column in data_sets[view], (view, column)


def test_paths_that_the_load_balancer_asks_are_there(everything: list[Resource]) -> None:
    (group,) = (each for each in everything if each.type == "aws_lb_target_group")
    # The dashboard's page, which a server answers as long as it runs: see deploy/kubernetes.
    assert (group.values["health_check"][0]["path"], group.values["port"]) == ("/", Settings().port)


def test_every_stand_in_for_a_value_of_yours_is_a_variable() -> None:
    page = (INFRASTRUCTURE.parent / "docs" / "aws.md").read_text("utf-8")
    (example,) = (text for text in re.findall(r"```hcl\n(.*?)```", page, re.DOTALL) if "people_cidrs" in text)
    asked = (INFRASTRUCTURE / "environments" / "staging" / "variables.tf").read_text("utf-8")
    needed = re.findall(r'variable "(\w+)" \{\n(?:(?!default).)*?^\}', asked, re.DOTALL | re.MULTILINE)
    shown = set(re.findall(r"^\s*(\w+)\s+=", example, re.MULTILINE))
    assert set(needed) <= shown <= set(re.findall(r'variable "(\w+)"', asked))


def test_what_commands_name_is_there() -> None:
    """In the page and the workflows: outputs, variables, folders, scripts and commands of ours."""
    from typer.testing import CliRunner

    from playtrace.cli.main import app

    root = INFRASTRUCTURE.parent
    page = (root / "docs" / "aws.md").read_text("utf-8")
    text = page + (root / ".github" / "workflows" / "environment.yaml").read_text("utf-8")
    outputs = (INFRASTRUCTURE / "environments" / "staging" / "outputs.tf").read_text("utf-8")
    asked = set(re.findall(r"terraform output (?:-raw |-json )?(\w+)", text))
    assert asked and asked <= set(re.findall(r'output "(\w+)"', outputs))
    for folder in re.findall(r"cd (infrastructure/[\w/]+)", page):
        assert (root / folder / "main.tf").is_file(), folder
    bootstrap = (INFRASTRUCTURE / "bootstrap" / "variables.tf").read_text("utf-8")
    given = re.findall(r"-var (\w+)=", page)
    assert given and set(given) <= set(re.findall(r'variable "(\w+)"', bootstrap))
    for script in re.findall(r"python3? (infrastructure/\w+\.py)", page):
        assert (root / script).is_file()
    for command, rest in re.findall(r"`?playtrace ((?:aws |batch )?[a-z-]+)([^`\n]*)", text):
        if command.split()[0] in ("aws", "batch", "restore", "tokens"):
            words = [*command.split(), *(["add"] if command == "tokens" else [])]
            told = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
            assert told.exit_code == 0, command
            assert all(option in told.output for option in re.findall(r"(--[a-z][a-z-]+)", rest)), (command, rest)
