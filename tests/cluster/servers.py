"""A cluster on one machine: servers that take events, that load them and that answer, around a broker, a registry and
ClickHouse's engine."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from clickhouse_server import ClickHouseServer
from databases.postgresql import PostgreSQL
from databases.servers import free_port
from journals.engines import Engine, eventually
from server_process import ServerProcess

from playtrace.registry.load_leases import Lease
from playtrace.registry.registry import Registry
from playtrace.registry.roles import Scope
from playtrace.shares import part_of

SHARES = 2
GAMES = ("arena", "game-1", "loot")
"""Of both shares."""


class OneServer(ServerProcess):
    """A server of the cluster, on a port of its own that it keeps."""

    def __init__(self, folder: Path, name: str, role: str, data: Path, environment: dict[str, str]) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.port = free_port()
        super().__init__(data, "--role", role, "--port", str(self.port), environment=environment)
        self._log = folder / f"{name}.log"
        self.url = f"http://127.0.0.1:{self.port}"

    def wait_until_it_answers(self) -> ServerProcess:
        def answers() -> bool:
            assert self.is_running(), self.output()
            try:
                self.request("GET", "/api/health")
            except OSError:
                return False
            return True

        eventually(answers, self.output)
        return self

    def halt(self) -> None:
        """It is there, and does nothing."""
        os.kill(self.pid, signal.SIGSTOP)
        eventually(lambda: psutil.Process(self.pid).status() == psutil.STATUS_STOPPED)

    def goes_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def health(self) -> dict[str, Any]:
        return json.loads(self.request("GET", "/api/health")[2])


def all_there(shares: list[dict[str, Any]]) -> bool:
    return all(share["isThere"] for share in shares)


class Cluster:
    def __init__(
        self, folder: Path, broker: Engine, clickhouse: ClickHouseServer, postgresql: PostgreSQL, registry_url: str
    ) -> None:
        self.postgresql = postgresql
        self.folder = folder
        self.broker = broker
        self.clickhouse = clickhouse
        self.registry = Registry.open(registry_url)
        self._environment = {
            "PLAYTRACE_JOURNAL_URL": broker.url("cluster", f"partitions={2 * SHARES}"),
            "PLAYTRACE_REGISTRY_URL": registry_url,
            "PLAYTRACE_STORE_URL": clickhouse.url("cluster"),
            "PLAYTRACE_LOAD_SHARES": str(SHARES),
            "PLAYTRACE_STORE_THREADS": "1",
        }
        self.data = folder / "shared"
        self.loaders = [self._server(f"loader-{number}", "load", self.data) for number in range(SHARES + 1)]
        self.askers = [self._server(f"asker-{number}", "ask", folder / f"asker-{number}") for number in range(2)]
        self.collectors = [
            self._server(f"collector-{number}", "collect", folder / f"collector-{number}") for number in range(3)
        ]
        assert {part_of(game_id, SHARES) for game_id in GAMES} == set(range(SHARES))
        for game_id in GAMES:
            self.registry.games.add(game_id)
        self.keys = [(game_id, self.registry.keys.add(game_id).key) for game_id in GAMES]
        self.token = self.registry.tokens.add(note="the test", scopes=[Scope.READ, Scope.SQL, Scope.MANAGE])[1]

    def _server(self, name: str, role: str, data: Path) -> OneServer:
        return OneServer(self.folder, name, role, data, self._environment)

    @property
    def servers(self) -> list[OneServer]:
        return [*self.loaders, *self.collectors, *self.askers]

    @contextmanager
    def running(self) -> Iterator[None]:
        try:
            for server in self.servers:
                server.launch()
            for server in self.servers:
                server.wait_until_it_answers()
            eventually(self.is_loading, lambda: str(self.leases()))
            yield
        finally:
            for server in self.servers:
                if server.is_running():
                    server.goes_on()
                    server.stop()
            self.registry.close()

    def leases(self) -> list[Lease]:
        return [lease for lease in self.registry.load_leases.all() if lease.is_good]

    def is_loading(self) -> bool:
        """Every share has a loader, and it is known to those who ask."""
        healths = [asker.health() for asker in self.askers if asker.is_running()]
        return all(len(health["shares"]) == SHARES and all_there(health["shares"]) for health in healths)

    def holder_of(self, share: int) -> OneServer:
        """Who loads it."""
        found: list[OneServer] = []

        def is_known() -> bool:
            ports = {lease.share: int(lease.held_by.address.rpartition(":")[2]) for lease in self.leases()}
            found[:] = [loader for loader in self.loaders if loader.port == ports.get(share)]
            return bool(found) and found[0].is_running()

        eventually(is_known)
        return found[0]

    def ask(self, path: str, number: int = 0) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        status, _, body = self.askers[number].request("GET", path, headers=headers)
        return status, json.loads(body)
