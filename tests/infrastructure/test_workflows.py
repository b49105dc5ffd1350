"""`.github/workflows/` and what they run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml
from configuration import INFRASTRUCTURE
from databases.servers import skip_without
from go_programs import ACTIONLINT

ROOT = Path(__file__).parents[2]
WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text("utf-8"))
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
}
JOBS: list[tuple[str, dict[str, Any]]] = [
    (f"{file}: {name}", job) for file, workflow in WORKFLOWS.items() for name, job in workflow["jobs"].items()
]


def test_actionlint_finds_nothing() -> None:
    if not ACTIONLINT.path.exists():
        skip_without("no actionlint here; `python tests/go_programs.py actionlint` builds it, with Go")
    files = [str(ROOT / ".github" / "workflows" / name) for name in WORKFLOWS]
    told = subprocess.run([ACTIONLINT.path, "-no-color", *files], capture_output=True, text=True, timeout=100)
    assert (told.returncode, told.stdout) == (0, "")


def test_nobody_has_more_rights_than_reading_the_code_unless_it_deploys() -> None:
    for name, workflow in WORKFLOWS.items():
        assert workflow["permissions"] == {"contents": "read"}, name
    asking = {name for name, job in JOBS if "id-token" in job.get("permissions", {})}
    assert asking == {
        *("deploy.yaml: package", "deploy.yaml: staging", "deploy.yaml: production", "environment.yaml: deploy")
    }
    text = "\n".join((ROOT / ".github" / "workflows" / name).read_text("utf-8") for name in WORKFLOWS)
    # Short-lived credentials by OpenID Connect, and no key that could be stolen.
    assert "aws-secret-access-key" not in text and "AWS_SECRET_ACCESS_KEY" not in text
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_each_job_has_an_end() -> None:
    assert all("timeout-minutes" in job for _, job in JOBS if "uses" not in job)


def test_production_waits_for_an_approval_and_for_staging() -> None:
    production = WORKFLOWS["deploy.yaml"]["jobs"]["production"]
    assert production["needs"] == ["package", "staging"] and production["with"]["environment"] == "production"
    # Whose reviewers GitHub asks, and whose role it may have.
    assert WORKFLOWS["environment.yaml"]["jobs"]["deploy"]["environment"] == "${{ inputs.environment }}"


def test_what_it_runs_is_there() -> None:
    for name, job in JOBS:
        for step in job.get("steps", []):
            where = ROOT / step.get("working-directory", "").replace("${{ matrix.root }}", "platform")
            if "environment.yaml" in name:
                where = INFRASTRUCTURE / "environments" / "staging"
            for path in re.findall(r"(?:python|bash) ([\w./]+\.(?:py|sh)|\.ci/run)", step.get("run", "")):
                assert (where / path).is_file(), (name, path)
    roots = WORKFLOWS["checks.yaml"]["jobs"]["infrastructure"]["strategy"]["matrix"]["root"]
    assert all((INFRASTRUCTURE / root / "versions.tf").is_file() for root in roots)


def test_a_deployment_gives_each_environment_what_it_asks_for() -> None:
    given = {
        name.removeprefix("TF_VAR_")
        for name in WORKFLOWS["environment.yaml"]["jobs"]["deploy"]["env"]
        if name.startswith("TF_VAR_")
    }
    for environment in ("staging", "production"):
        text = (INFRASTRUCTURE / "environments" / environment / "variables.tf").read_text("utf-8")
        assert set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE)) == given


def test_the_script_that_makes_a_version_live_is_written_well() -> None:
    script = INFRASTRUCTURE / "make_live.sh"
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    outputs = (INFRASTRUCTURE / "modules" / "ingest" / "outputs.tf").read_text("utf-8")
    (deployment,) = re.findall(r'output "deployment" \{\s+value = \{(.*?)\}', outputs, re.DOTALL)
    asked = set(re.findall(r"\$\(value (\w+)\)", script.read_text("utf-8")))
    assert asked == set(re.findall(r"^\s+(\w+)\s+=", deployment, re.MULTILINE))
