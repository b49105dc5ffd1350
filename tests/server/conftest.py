"""Servers for the tests of this folder. What they have printed is shown with the test that failed.

`open_server` is shared by all tests that can live with each other's events: each takes a game of its own.
`start_server` starts as many as a test wants, with flags and environment, and stops them behind it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from running_server import RunningServer, StartServer, running


@pytest.fixture(scope="session")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("open") / "data", "--open") as server:
        yield server


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """`start_server(*flags, data=folder, env={...})`."""
    with ExitStack() as stack:

        def start(*flags: str, data: Path = tmp_path / "data", env: Mapping[str, str] | None = None) -> RunningServer:
            return stack.enter_context(running(data, *flags, env=env))

        yield start


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for name, value in getattr(item, "funcargs", {}).items():
            if isinstance(value, RunningServer):
                report.sections.append((f"output of {name}", value.output()))
