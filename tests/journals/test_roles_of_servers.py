"""Servers that share the work: those that take events and those that load them and answer, with a broker between."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest
from server_process import ServerProcess

from journals import engines
from journals.clients import ANSWERED_S, EVENTS, Client, goes_on
from journals.engines import Engine, eventually
from playtrace.cluster.roles import check_role
from playtrace.config import Settings
from playtrace.registry.errors import RegistryAway
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.serving.listening import StartError
from playtrace.store.duckdb import Store

GAME = "arena"
BROKER: dict[str, object] = {"journal_url": "kafka://127.0.0.1:9/none"}
REGISTRY: dict[str, object] = {"registry_url": "postgresql://nobody@127.0.0.1:9/none"}
APART = BROKER | REGISTRY | {"store_url": "clickhouse://nobody@127.0.0.1:9/none"}


@pytest.mark.parametrize(
    ("role", "journal", "said"),
    [
        ("collect", {}, "needs a broker"),
        ("load,ask", {}, "needs a broker"),
        ("load", BROKER, "set registry_url"),
        ("ask", BROKER, "set registry_url"),
        ("load", BROKER | REGISTRY, "set store_url"),
        ("ask", BROKER | REGISTRY, "set store_url"),
        ("collect,ask", BROKER, "say collect, load or ask"),
        ("collect,load", BROKER, "say collect, load or ask"),
        ("load,ask", BROKER | {"load_shares": 2}, "say load in as many places"),
        ("all", {"load_shares": 2}, "say load in as many places"),
        (
            "load",
            APART | {"load_shares": 2, "lake_url": "/lake"},
            "A mirror follows one store",
        ),
    ],
)
def test_a_role_that_cannot_be_had_is_refused_with_what_to_do(role: str, journal: dict[str, object], said: str) -> None:
    with pytest.raises(StartError, match=said):
        check_role(Settings.model_validate({"role": role, **journal}))


@pytest.mark.parametrize(
    ("role", "journal"),
    [
        ("all", {}),
        ("collect", BROKER),
        ("load, ask", BROKER),
        ("load", APART | {"load_shares": 2}),
        ("ask", APART),
    ],
)
def test_a_role_that_can_be_had_is(role: str, journal: dict[str, object]) -> None:
    check_role(Settings.model_validate({"role": role, **journal}))


def test_keys_that_were_known_count_while_the_registry_is_away(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    with closing(Registry.open(f"sqlite:///{(tmp_path / 'registry.sqlite').as_posix()}")) as registry:
        registry.games.add(GAME)
        key = registry.keys.add(GAME).key
        registry.refused_players.refuse(GAME, ["a hash"])
        KeyRing(registry, open_mode=False, kept_in=file)
    with closing(Registry.open("postgresql+psycopg://nobody@127.0.0.1:9/none", upgraded=True)) as away:
        ring = KeyRing(away, open_mode=False, kept_in=file)
        assert ring.game_of_key(key) == GAME
        assert ring.game_of_key("0" * 32) is None
        assert ring.knows(GAME)
        assert ring.refuses_players
        with pytest.raises(RegistryAway):
            ring.refresh()
        with pytest.raises(RegistryAway):
            KeyRing(away, open_mode=False, kept_in=tmp_path / "other.json")
    assert key not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


class Cluster:
    """Three that take events, one that loads them and answers, and a broker."""

    def __init__(self, folder: Path, broker: Engine) -> None:
        self.broker = broker
        self._registry = f"sqlite:///{(folder / 'loader' / 'registry.sqlite').as_posix()}"
        self.loader = self._server(folder / "loader", "load,ask")
        with closing(Registry.open(self._registry)) as registry:
            registry.games.add(GAME)
            self.key = registry.keys.add(GAME).key
        self.collectors = [self._server(folder / f"collector-{number}", "collect") for number in range(3)]

    def _server(self, data: Path, role: str) -> ServerProcess:
        environment = {"PLAYTRACE_JOURNAL_URL": self.broker.url("cluster"), "PLAYTRACE_REGISTRY_URL": self._registry}
        return ServerProcess(data, "--role", role, environment=environment)

    @contextmanager
    def running(self) -> Iterator[None]:
        servers = [self.loader, *self.collectors]
        try:
            for server in servers:
                server.launch()
            for server in servers:
                server.wait_until_it_answers()
            yield
        finally:
            for server in servers:
                if server.is_running():
                    server.stop()


# Five starts one after the other, which on a machine that is busy take a minute each.
@pytest.mark.timeout(900)
@pytest.mark.outside
def test_every_acknowledged_event_is_there_once_whoever_is_killed(tmp_path: Path) -> None:
    check_cluster(tmp_path, engines.nats(tmp_path), rounds=1)


@pytest.mark.drill
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("broker", [engines.nats, engines.apache])
def test_every_acknowledged_event_is_there_once_however_often(tmp_path: Path, broker: Callable[[Path], Engine]) -> None:
    check_cluster(tmp_path, broker(tmp_path), rounds=5)


def check_cluster(folder: Path, broker: Engine, *, rounds: int) -> None:
    cluster = Cluster(folder, broker)
    try:
        with cluster.running():
            clients = kill_each(cluster, rounds)
            wait_until_loaded(cluster.loader)
            check_answers_of_roles(cluster)
    finally:
        cluster.broker.kill()
    check_books(cluster, clients)


def kill_each(cluster: Cluster, rounds: int) -> list[Client]:
    """While games send. Returns what they know."""
    clients = [Client(number, server, [(GAME, cluster.key)]) for number, server in enumerate(cluster.collectors)]
    for client in clients:
        client.start()
    for _ in range(rounds):
        for server in [*cluster.collectors, cluster.loader]:
            goes_on(clients)
            server.kill()
            # Those that are left take events meanwhile.
            goes_on([client for client, of in zip(clients, cluster.collectors, strict=True) if of is not server])
            server.start()
        goes_on(clients)
        kill_broker(cluster, clients)
        goes_on(clients)
    for client in clients:
        client.stopping.set()
    for client in clients:
        client.join()
    return clients


def kill_broker(cluster: Cluster, clients: list[Client]) -> None:
    """And start it when everybody has been told to come again, and collectors say that they take nothing."""
    told = [client.unavailable for client in clients]
    cluster.broker.kill()
    eventually(lambda: all(client.unavailable > n for client, n in zip(clients, told, strict=True)))
    eventually(lambda: all(health(server)["status"] == "unhealthy" for server in cluster.collectors))
    cluster.broker.start()


def wait_until_loaded(loader: ServerProcess) -> None:
    def is_loaded() -> bool:
        journal = health(loader)["journal"]
        return journal["lagEvents"] == 0 and journal["brokerMessages"] == 0 and journal["lagSeconds"] == 0

    eventually(is_loaded)
    # As of a moment before; and what comes from the broker now is not counted yet.
    eventually(is_loaded)


def health(server: ServerProcess) -> dict[str, object]:
    _, _, body = server.request("GET", "/api/health")
    return json.loads(body)


def check_answers_of_roles(cluster: Cluster) -> None:
    told = health(cluster.collectors[0])
    assert (told["status"], told["role"]) == ("healthy", "collect")
    assert cluster.collectors[0].request("GET", "/api/games")[0] == 404
    with httpx2.Client(timeout=ANSWERED_S, headers={"authorization": f"Bearer {cluster.key}"}) as http:
        answer = http.post(f"{cluster.loader.url}/api/events", json=[{"name": "seen", "player_id": "p"}])
    assert answer.status_code == 503
    assert "load,ask" in answer.json()["detail"]


def check_books(cluster: Cluster, clients: list[Client]) -> None:
    acknowledged = {event_id for client in clients for event_id in client.acknowledged}
    assert not any(client.others for client in clients)
    with closing(Store.open(cluster.loader.data / "store.duckdb", Settings(data=cluster.loader.data))) as store:
        stored = Counter(row["id"] for row in store.query("SELECT event_id::VARCHAR AS id FROM events").to_pylist())
        books = store.query("SELECT outcome, sum(events)::BIGINT AS events FROM books GROUP BY outcome").to_pylist()
    assert {id_ for id_, times in stored.items() if times > 1} == set()
    assert acknowledged - stored.keys() == set()
    # The last request of each was stopped before its answer, maybe.
    assert len(stored.keys() - acknowledged) <= EVENTS * len(clients)
    counted = {row["outcome"]: row["events"] for row in books}
    assert counted["stored"] == len(stored)
    assert counted.keys() <= {"stored", "duplicate"}
