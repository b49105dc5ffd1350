"""`deploy/Dockerfile` and what stands beside it, read as Docker would: there is none where tests run."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

from playtrace.config import known_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.strip().partition(" ") for line in lines)]


def last(word: str) -> str:
    return [rest for each, rest in instructions() if each == word][-1]


def test_it_is_not_root_and_both_stages_have_the_same_python() -> None:
    assert last("USER") == "10001"
    assert "--uid 10001" in last("RUN")
    # An environment of one Python does not run with another.
    assert len({rest.split()[0] for word, rest in instructions() if word == "FROM"}) == 1


def test_it_writes_to_one_folder_in_which_its_settings_are() -> None:
    variables = dict(re.findall(r'(\w+)="?([^\s"]+)"?', last("ENV")))
    known = {setting.variable for setting in known_settings()}
    assert {name for name in variables if name.startswith("PLAYTRACE_")} <= known
    assert last("VOLUME") == last("WORKDIR") == variables["PLAYTRACE_DATA"] == "/data"
    assert json.loads(last("ENTRYPOINT")) == ["playtrace"] and json.loads(last("CMD")) == ["serve"]


def test_what_is_copied_is_there_and_not_ignored() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    copied = [rest.split() for word, rest in instructions() if word == "COPY" and "--from" not in rest]
    for *sources, _ in copied:
        for source in sources:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in ignored, source
    assert "src/playtrace/_dashboard" in ignored


def test_it_fetches_nothing_by_itself_and_is_asked_for_extras_alone() -> None:
    assert "ADD" not in {word for word, _ in instructions()}
    (asked,) = [rest for word, rest in instructions() if word == "ARG"]
    name, _, extras = asked.partition("=")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert name == "EXTRAS" and set(extras.split(",")) <= project["optional-dependencies"].keys()
    # Each driver of an address, that is: what is left out hosts no server here.
    assert set(extras.split(",")) >= {"clickhouse", "databases", "kafka", "kinesis", "lake", "nats", "oidc", "otel"}


def test_compose_runs_it_with_as_few_rights() -> None:
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    (service,) = compose["services"].values()
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["playtrace:/data"]
    # Not to the whole network before somebody says so.
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
