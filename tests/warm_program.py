"""The program in a process that is forked from one that has imported it: most of what a start costs are imports.

Arguments, environment, folder and streams are its own, and what runs is its `main`. What is about the command line
itself, or about what a process imports, has to be shown with a process that Python starts.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from subprocess import CompletedProcess

from playtrace.cli.main import main

FORKS = sys.platform == "linux"
"""Elsewhere a fork is either not there or not safe with the libraries that a server uses."""
IMPORTED = (
    "__main__",  # else each process imports it again: where one process runs all tests it is a script
    "anyio._backends._asyncio",
    "playtrace.cli.local_server",
    "playtrace.cli.registry_access",
    "playtrace.cli.serve",
    "playtrace.cli.tables",
    "playtrace.collect.properties",
    "playtrace.protocols.events.reading",
    "playtrace.protocols.events.sending",
    "playtrace.protocols.jwc.reading",
    "playtrace.protocols.jwc.sending",
    "playtrace.protocols.loot.reading",
    "playtrace.protocols.loot.sending",
    "playtrace.registry.migrations.column_types",
    "playtrace.registry.upgrade",
    "rich._emoji_codes",
    "sqlalchemy.dialects.sqlite",
    "typer.rich_utils",
    "warm_start",
)


@cache
def forks() -> ForkServerContext:
    """Begins processes that have imported the program."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED))
    # It finds what it imports by the environment that it begins with.
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *([before] if before else [])])
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    return context


class WarmProgram:
    """Like `subprocess.Popen`, of which it has what tests of servers call."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        output: Path,
        errors: Path | None = None,
        own_group: bool = False,
    ) -> None:
        # As a daemon it is ended, and not waited for, if a test leaves it behind.
        self._process = forks().Process(
            target=_run,
            args=(list(arguments), dict(environment), folder, output, errors or output, own_group),
            daemon=True,
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired("playtrace", timeout or 0)
        return code

    def kill(self) -> None:
        self._process.kill()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def run(*arguments: str, environment: Mapping[str, str] | None = None, check: bool = False) -> CompletedProcess[str]:
    """A command that ends: like `subprocess.run`, with its output as text. Raises `CalledProcessError`."""
    command = [sys.executable, "-P", "-m", "playtrace", *arguments]
    environment = dict(os.environ if environment is None else environment)
    if not FORKS:
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=check, timeout=120)
    with tempfile.TemporaryDirectory() as folder:
        output, errors = Path(folder) / "output", Path(folder) / "errors"
        program = WarmProgram(arguments, environment=environment, folder=Path.cwd(), output=output, errors=errors)
        try:
            code = program.wait(120)
        finally:
            program.kill()
        done = CompletedProcess(command, code, output.read_text("utf-8"), errors.read_text("utf-8"))
    if check:
        done.check_returncode()
    return done


def _run(
    arguments: list[str], environment: dict[str, str], folder: Path, output: Path, errors: Path, own_group: bool
) -> None:
    # What was imported before is not looked through again, nor copied for it.
    gc.freeze()
    if own_group:
        os.setpgrp()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    with Path(os.devnull).open("rb") as nothing, output.open("ab") as written, errors.open("ab") as told:
        os.dup2(nothing.fileno(), 0)
        os.dup2(written.fileno(), 1)
        os.dup2(told.fileno(), 2)
    # The program would find neither the tests nor what lies in the folder.
    sys.path[:] = [place for place in sys.path if place and not Path(place).is_relative_to(Path(__file__).parent)]
    sys.argv = ["playtrace", *arguments]
    main()
