"""Terraform itself over `infrastructure/`, with the provider's published schema and no AWS behind it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from configuration import INFRASTRUCTURE, names_in_use, types_in_use
from databases.servers import skip_without
from go_programs import OPENTOFU
from npm_package import KEPT_IN
from plans import EVERYTHING, VARIABLES, Resource, resources_of
from provider_schema import provider_schema

HERE = Path(__file__).parent


@dataclass
class Terraform:
    program: str
    environment: dict[str, str]

    def __call__(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments], cwd=folder, env=self.environment, capture_output=True, text=True, timeout=200
        )

    def done(self, folder: Path, *arguments: str) -> str:
        told = self(folder, *arguments)
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout

    def ready(self, folder: Path) -> None:
        """Modules found, without the bucket in which the state is."""
        (folder / "backend.tf").unlink(missing_ok=True)
        if not (folder / ".terraform").exists():
            self.done(folder, "init", "-no-color", "-input=false")

    def planned(self, folder: Path, variables: dict[str, Any]) -> dict[str, Any]:
        """What it would make, with every value that the stand-in made up."""
        (folder / "test.tfvars.json").write_text(json.dumps(variables))
        self.done(folder, "plan", "-no-color", "-refresh=false", "-input=false", "-var-file=test.tfvars.json", "-out=p")
        return json.loads(self.done(folder, "show", "-json", "p"))


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """Of the provider, for what is used: see `provider_schema.py`. Kept beside what it is distilled from."""
    resources, data_sources = types_in_use()
    names = names_in_use()
    wanted = [sorted(resources), sorted(data_sources), sorted(names)]
    told = json.dumps([*wanted, (HERE / "provider_schema.py").read_text("utf-8")])
    path = KEPT_IN / f"schema-{hashlib.sha256(told.encode()).hexdigest()[:16]}.json"
    if not path.exists():
        found = provider_schema(resources, data_sources, names)
        distilled = {kind: {name: asdict(block) for name, block in blocks.items()} for kind, blocks in found.items()}
        made = path.with_suffix(f".{os.getpid()}")
        made.write_text(json.dumps(distilled))
        made.rename(path)
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of `infrastructure/`: what Terraform writes down while it works is not for the repository."""
    root = tmp_path_factory.mktemp("terraform")
    # Queries of Athena are the program's own.
    (root / "src").symlink_to(INFRASTRUCTURE.parent / "src")
    return Path(shutil.copytree(INFRASTRUCTURE, root / "infrastructure", ignore=shutil.ignore_patterns(".*")))


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / "lambda.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("playtrace/__init__.py", "")
    return path


@pytest.fixture(scope="session")
def terraform(schema: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    """The real program, Terraform or OpenTofu. What it knows of AWS comes from the stand-in."""
    program = shutil.which("terraform") or shutil.which("tofu") or shutil.which(OPENTOFU.path)
    uv = shutil.which("uv")
    if program is None or uv is None:
        skip_without(
            "neither Terraform nor OpenTofu is here (`python tests/go_programs.py opentofu` builds one), or no uv"
        )
    folder = tmp_path_factory.mktemp("provider")
    (folder / "schema.json").write_text(json.dumps(schema))
    (folder / "empty.tfrc").write_text("")
    command = [uv, "run", "--quiet", "--no-project", "--script", HERE / "standin_provider.py", folder / "schema.json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as standin:
        assert standin.stdin is not None and standin.stdout is not None
        reattach = standin.stdout.readline().strip()
        assert reattach, "the stand-in for the provider did not start"
        yield Terraform(
            program,
            {
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "TF_REATTACH_PROVIDERS": reattach,
                "TF_CLI_CONFIG_FILE": str(folder / "empty.tfrc"),
                "TF_IN_AUTOMATION": "1",
                "CHECKPOINT_DISABLE": "1",
            },
        )
        # It ends with its standard input.
        standin.stdin.close()


@pytest.fixture(scope="session")
def staging(terraform: Terraform, copy: Path, package: Path) -> list[Resource]:
    return _planned(terraform, copy / "environments" / "staging", {**VARIABLES, **WHERE, "package": str(package)})


@pytest.fixture(scope="session")
def production(terraform: Terraform, copy: Path, package: Path) -> list[Resource]:
    return _planned(terraform, copy / "environments" / "production", {**VARIABLES, **WHERE, "package": str(package)})


@pytest.fixture(scope="session")
def everything(terraform: Terraform, copy: Path, package: Path) -> list[Resource]:
    """With all that variables can turn on."""
    return _planned(terraform, copy / "platform", {**VARIABLES, **EVERYTHING, "package": str(package)})


@pytest.fixture(scope="session")
def bootstrap(terraform: Terraform, copy: Path) -> list[Resource]:
    return _planned(terraform, copy / "bootstrap", {**WHERE, "repository": "studio/telemetry"})


WHERE = {"region": "eu-west-1"}


def _planned(terraform: Terraform, folder: Path, variables: dict[str, Any]) -> list[Resource]:
    terraform.ready(folder)
    return resources_of(terraform.planned(folder, variables))
