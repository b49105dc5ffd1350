"""Builds programs in Go that tests run: they are free software, and served as modules.

`python tests/go_programs.py` builds those that are missing and says where they are; names behind it choose some. Each
is kept under `~/.cache/playtrace`: the next time there is nothing to do. It needs Go 1.21 or newer (one that is older
than what a program asks for fetches that one by itself), and no package of Python.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "playtrace"


@dataclass(frozen=True)
class GoProgram:
    name: str
    module: str
    version: str
    package: str
    """Of the program within the module."""
    version_file: str | None = None
    """What its own build writes before it compiles, and without which it refuses to start."""

    @property
    def path(self) -> Path:
        return CACHE / f"{self.name}-{self.version}"

    def build(self) -> None:
        """Put it where the tests look for it, if it is not there. Raises `CalledProcessError`."""
        if self.path.exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "go.mod").write_text("module playtrace.test/program\n")
            told = subprocess.run(
                ["go", "mod", "download", "-json", f"{self.module}@{self.version}"],
                cwd=folder,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            # From its own folder: what its go.mod replaces counts there alone.
            source = Path(folder) / "source"
            shutil.copytree(json.loads(told.stdout)["Dir"], source, copy_function=shutil.copyfile)
            for path in [source, *source.rglob("*")]:
                path.chmod(0o755 if path.is_dir() else 0o644)
            if self.version_file is not None:
                (source / self.version_file).write_text(f"{self.version}\n")
            made = self.path.with_suffix(f".{os.getpid()}")
            command = ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", str(made), self.package]
            subprocess.run(command, cwd=source, check=True)
            made.rename(self.path)


FERRETDB = GoProgram(
    "ferretdb", "github.com/FerretDB/FerretDB", "v1.24.2", "./cmd/ferretdb", version_file="build/version/version.txt"
)
"""A server that speaks MongoDB's protocol: two minutes of two cores."""
ACTIONLINT = GoProgram("actionlint", "github.com/rhysd/actionlint", "v1.7.12", "./cmd/actionlint")
"""Judges workflows of GitHub: half a minute."""
OPENTOFU = GoProgram("opentofu", "github.com/opentofu/opentofu", "v1.10.7", "./cmd/tofu")
"""Reads and plans infrastructure, where no Terraform is: four minutes of a core."""
ALL = {program.name: program for program in (ACTIONLINT, FERRETDB, OPENTOFU)}


def main() -> None:
    names = sys.argv[1:] or list(ALL)
    if unknown := [name for name in names if name not in ALL]:
        sys.exit(f"There is no {', '.join(unknown)} here: {', '.join(ALL)}.")
    for name in names:
        ALL[name].build()
        print(f"{name}: {ALL[name].path}")


if __name__ == "__main__":
    main()
