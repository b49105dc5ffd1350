"""`deploy/compose*.yaml` and what they start, held against the published schema and against the program itself: there
is no Docker where tests run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from npm_package import files_of
from sending_paths import SENDING_PATHS, STREAM_PATH

from playtrace.config import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = sorted(DEPLOY.glob("compose*.yaml"))
CLUSTER: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.cluster.yaml").read_text("utf-8"))
OURS = {name: service for name, service in CLUSTER["services"].items() if service["image"] == "playtrace"}


@pytest.fixture(scope="module")
def schema() -> Any:
    ((_, text),) = files_of("dclint", "3.1.0", lambda name: name == "schemas/compose.schema.json")
    return json.loads(text)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `deploy/secrets.sh` makes beside itself."""
    folder = tmp_path_factory.mktemp("deploy")
    shutil.copy(DEPLOY / "secrets.sh", folder)
    subprocess.run(["sh", str(folder / "secrets.sh")], check=True, capture_output=True)
    return folder / "secrets"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_is_as_the_compose_specification_says(path: Path, schema: Any) -> None:
    validator = jsonschema.Draft7Validator(schema)
    compose = yaml.safe_load(path.read_text("utf-8"))
    assert [error.message for error in validator.iter_errors(compose)] == []
    compose["services"][next(iter(compose["services"]))]["imge"] = "playtrace"
    assert [error.message for error in validator.iter_errors(compose)], "it would say yes to everything"


def test_what_a_service_names_is_there() -> None:
    services = CLUSTER["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", [])) <= set(services), name
        assert set(service["networks"]) <= set(CLUSTER["networks"]), name
        assert set(service.get("secrets", [])) <= set(CLUSTER["secrets"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in CLUSTER["volumes"] or (DEPLOY / source).is_file(), volume


def test_each_has_a_limit_and_says_whether_it_is_well() -> None:
    for name, service in CLUSTER["services"].items():
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        # Ours brings its own in the image.
        assert "healthcheck" in service or name in OURS, name
        assert "no-new-privileges:true" in service["security_opt"], name
        # Not to the whole network before somebody says so.
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert service["image"] == "playtrace" or re.fullmatch(r"[\w/-]+:\d[\w.-]*", service["image"]), name


def test_databases_and_broker_are_in_a_network_that_nothing_else_reaches() -> None:
    assert CLUSTER["networks"]["back"]["internal"] is True
    for name in ("kafka", "clickhouse", "postgres"):
        assert (CLUSTER["services"][name]["networks"], "ports" in CLUSTER["services"][name]) == (["back"], False)


@pytest.mark.parametrize("name", OURS)
def test_its_environment_makes_settings(
    name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = OURS[name]
    monkeypatch.chdir(tmp_path)
    for variable, value in service["environment"].items():
        within = value.removeprefix("/run/secrets/")
        if within != value:
            assert within in service["secrets"]
            value = str(secrets / within)
        monkeypatch.setenv(variable, value)
    role = service["command"][service["command"].index("--role") + 1]
    settings = Settings.read(role=role)
    assert settings.journal.url is not None
    assert settings.journal.url.get_secret_value().startswith("kafka://kafka:9092/")
    assert settings.registry.url is not None and "@postgres:5432/" in settings.registry.url
    # Each variable changed something: a name that is none of ours would not have.
    told = {variable.removesuffix("_FILE") for variable in service["environment"]}
    changed = settings.model_dump(exclude_defaults=True)
    assert len(told) == sum(len(room) if isinstance(room, dict) else 0 for room in changed.values())
    collects = service["environment"].get("PLAYTRACE_COLLECT_MEMORY_BYTES_MAX")
    if collects is not None:
        assert int(collects) < _bytes(service["deploy"]["resources"]["limits"]["memory"])


def _bytes(text: str) -> int:
    return int(text[:-1]) * {"M": 1024**2, "G": 1024**3}[text[-1]]


def test_secrets_are_made_once_and_for_nobody_else_to_see(secrets: Path) -> None:
    assert {path.name for path in secrets.iterdir()} == set(CLUSTER["secrets"])
    assert secrets.stat().st_mode & 0o077 == 0
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    assert before["postgres_password"] in before["registry_url"]
    assert before["clickhouse_password"] in before["store_url"]
    assert len({before["postgres_password"], before["clickhouse_password"], ""}) == 3
    told = subprocess.run(["sh", str(secrets.parent / "secrets.sh")], check=True, capture_output=True, text=True)
    assert "made" not in told.stdout
    assert {path.name: path.read_text() for path in secrets.iterdir()} == before


def test_the_proxy_sends_to_collectors_what_they_take() -> None:
    text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text("utf-8")
    lists = dict(re.findall(r"acl (\w+) path (.+)", text))
    assert set(lists["sends"].split()) == SENDING_PATHS
    assert lists["streams"].split() == [STREAM_PATH]
    servers = re.findall(r"server-template \S+ \S+ (\S+):(\d+)", text)
    assert {(name, int(port)) for name, port in servers} == {(name, Settings().port) for name in OURS}


def test_the_image_has_nothing_that_hadolint_warns_of() -> None:
    told = subprocess.run(["hadolint", str(DEPLOY / "Dockerfile")], capture_output=True, text=True)
    assert (told.returncode, told.stdout) == (0, "")
