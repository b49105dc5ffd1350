"""Fixtures for tests that do to a real server what users do not do on purpose."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from clickhouse_server import ClickHouseServer
from server_process import SEVERAL, ServerProcess, StartProcess

from playtrace.store.background import run_in_background

# All tests, and the servers that they start. Loading gives way to all else on a machine (store/background.py): beside
# tests that keep every core busy a server would need minutes for what takes it a moment.
run_in_background()


IS_EVERYTHING = pytest.StashKey[bool]()
BY_ITSELF = pytest.Config.ArgsSource.TESTPATHS


@pytest.fixture
def start_process(tmp_path: Path) -> Iterator[StartProcess]:
    """Starts `playtrace serve` with options; `data` and `environment` may be given. Stopped after the test."""
    running: list[ServerProcess] = []

    def start(
        options: Sequence[str] = ("--open",),
        *,
        data: Path | None = None,
        environment: dict[str, str] | None = None,
        from_nothing: bool = False,
    ) -> ServerProcess:
        server = ServerProcess(data or tmp_path / "data", *options, environment=environment, from_nothing=from_nothing)
        running.append(server)
        return server.start()

    try:
        yield start
    finally:
        for server in running:
            if server.is_running():
                server.stop()


@contextmanager
def surviving(server: ServerProcess) -> Generator[ServerProcess]:
    try:
        yield server.start()
        assert server.is_running(), server.output()
    finally:
        if server.is_running():
            server.stop()


@pytest.fixture(scope="module")
def open_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """An open server that the tests of a module share. It must survive all of them."""
    with surviving(ServerProcess(tmp_path_factory.mktemp("open") / "data", "--open")) as server:
        yield server


@pytest.fixture(scope="module")
def open_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The same, where others take events beside the one that answers, as it is by default. They cost three starts."""
    with surviving(ServerProcess(tmp_path_factory.mktemp("open") / "data", "--open", environment=SEVERAL)) as server:
        yield server


OUTSIDE = frozenset(
    {
        "chromium",
        "postgresql",
        "mariadb",
        "mongodb",
        "kafka",
        "apache",
        "nats",
        "kinesis",
        "kinesis_local",
        "clickhouse",
        "spark",
        "aws",
    }
)
"""Fixtures of what is not ours. Whoever needs one is run where everything is, or where somebody names the file; tests
that ask for one while they run are marked `outside` where they are."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--everything", action="store_true", help="what needs a browser, or a server not ours, too")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[IS_EVERYTHING] = bool(config.getoption("everything")) or config.args_source is not BY_ITSELF


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Whoever runs a part of the tests is named all files."""
    node.workerinput["is_everything"] = node.config.stash[IS_EVERYTHING]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    told = getattr(config, "workerinput", None)
    if config.stash[IS_EVERYTHING] if told is None else told["is_everything"]:
        return
    outside = [item for item in items if _is_outside(item)]
    config.hook.pytest_deselected(items=outside)
    items[:] = [item for item in items if not _is_outside(item)]


def _is_outside(item: pytest.Item) -> bool:
    named: Sequence[str] = getattr(item, "fixturenames", ())
    return item.get_closest_marker("outside") is not None or not OUTSIDE.isdisjoint(named)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """What a server printed is shown with the test that failed."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for name, value in getattr(item, "funcargs", {}).items():
            if isinstance(value, ServerProcess):
                report.sections.append((f"output of {name}", value.output()))


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    """ClickHouse's engine, in a process of its own. Each test takes a database of its own there."""
    server = ClickHouseServer(tmp_path_factory.mktemp("clickhouse"))
    yield server
    server.close()
