"""A cluster in which each kind of process dies, or stands still, and the broker too: nothing is lost, nothing counts
twice, and those who ask are told what an oracle says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing

import pytest
from clickhouse_server import ClickHouseServer
from journals.clients import Client, goes_on
from journals.engines import eventually

from cluster.reader import Reader
from cluster.servers import GAMES, SHARES, Cluster, OneServer
from playtrace.clickhouse_url import clickhouse_url
from playtrace.config import Settings
from playtrace.shares import part_of
from playtrace.store.clickhouse.store import ClickHouseStore
from playtrace.store.duckdb import Store

ASKED = [f"/api/metrics/active_players?gameId={game_id}" for game_id in GAMES] + [
    "/api/games",
    *(f"/api/games/{game_id}/books" for game_id in GAMES),
]


def test_each_of_a_cluster_may_die_and_every_event_counts_once(cluster: Cluster) -> None:
    check(cluster, rounds=1)


@pytest.mark.drill
def test_each_of_a_cluster_may_die_again_and_again(cluster: Cluster) -> None:
    check(cluster, rounds=4)


@pytest.mark.drill
def test_while_the_registry_is_away_events_are_taken_and_all_are_loaded_when_it_is_back(cluster: Cluster) -> None:
    with cluster.running():
        clients = [Client(number, server, cluster.keys) for number, server in enumerate(cluster.collectors)]
        for client in clients:
            client.start()
        goes_on(clients)
        cluster.postgresql.kill()
        # Who cannot renew a lease gives it up, long before anybody else could have it.
        eventually(lambda: [is_loaded_by(loader) for loader in cluster.loaders] == [False] * len(cluster.loaders))
        goes_on(clients)
        cluster.postgresql.start()
        eventually(lambda: [is_loaded_by(loader) for loader in cluster.loaders].count(True) == SHARES)
        for client in clients:
            client.stopping.set()
        for client in clients:
            client.join()
        assert not any(client.others for client in clients)
        eventually(lambda: is_all_answered(cluster, clients), lambda: str(answers(cluster)))
    check_stores(cluster, clients)


def is_loaded_by(loader: OneServer) -> bool | None:
    """Whether it has a share: then it says how its store fares. None while it says nothing."""
    try:
        return "store" in loader.health()
    except OSError:
        return None


def check(cluster: Cluster, *, rounds: int) -> None:
    with cluster.running():
        clients = [Client(number, server, cluster.keys) for number, server in enumerate(cluster.collectors)]
        reader = Reader(cluster.askers, ASKED, cluster.token)
        for thread in (*clients, reader):
            thread.start()
        goes_on(clients)
        for number in range(rounds):
            fell(cluster, clients, number)
        for thread in (*clients, reader):
            thread.stopping.set()
        for thread in (*clients, reader):
            thread.join()
        assert not any(client.others for client in clients), [client.others for client in clients]
        assert not reader.unexpected, "\n".join([*reader.unexpected, *(asker.output() for asker in cluster.askers)])
        assert reader.answers[200] > 0
        eventually(lambda: is_all_answered(cluster, clients), lambda: str(answers(cluster)))
        check_askers(cluster)
    check_stores(cluster, clients)


def fell(cluster: Cluster, clients: list[Client], number: int) -> None:
    """Each kind of process once, and the broker."""
    told = [client.unavailable for client in clients]
    collector = cluster.collectors[number % len(cluster.collectors)]
    collector.kill()
    goes_on([client for client in clients if client.server is not collector])
    collector.start()
    goes_on(clients)

    # A loader that is killed, and one that stands still: each is replaced by who stands by, and then stands by itself.
    taken_over(cluster, number % SHARES, OneServer.kill)
    goes_on(clients)
    taken_over(cluster, (number + 1) % SHARES, OneServer.halt)
    goes_on(clients)

    asker = cluster.askers[number % len(cluster.askers)]
    asker.kill()
    assert cluster.ask("/api/metrics/active_players?gameId=arena", (number + 1) % len(cluster.askers))[0] == 200
    asker.start()
    assert [client.unavailable for client in clients] == told, "only while the broker is away"
    kill_broker(cluster, clients)
    goes_on(clients)


def taken_over(cluster: Cluster, share: int, falls: Callable[[OneServer], None]) -> None:
    """Whoever wakes from standing still finds that it was ended: it cannot have written anything."""
    before = cluster.holder_of(share)
    epoch = next(lease.epoch for lease in cluster.leases() if lease.share == share)
    falls(before)
    eventually(
        lambda: any(lease.share == share and lease.epoch > epoch for lease in cluster.leases()),
        lambda: str(cluster.leases()),
    )
    assert cluster.holder_of(share) is not before
    # Its folder is given up with the process.
    eventually(lambda: not before.is_running())
    eventually(cluster.is_loading, lambda: str([asker.health() for asker in cluster.askers]))
    before.start()


def kill_broker(cluster: Cluster, clients: list[Client]) -> None:
    """And start it when everybody has been told to come again."""
    told = [client.unavailable for client in clients]
    cluster.broker.kill()
    eventually(lambda: all(client.unavailable > n for client, n in zip(clients, told, strict=True)))
    cluster.broker.start()


# ── the oracle ──────────────────────────────────────────────────────────────────────────────────────────────


def expected(clients: list[Client]) -> dict[str, tuple[int, int]]:
    """Of each game its events and its players."""
    acknowledged = [of_one for client in clients for of_one in client.acknowledged.values()]
    return {
        game_id: (
            sum(game == game_id for game, _ in acknowledged),
            len({player for game, player in acknowledged if game == game_id}),
        )
        for game_id in GAMES
    }


def answers(cluster: Cluster) -> dict[str, tuple[object, object]]:
    """What an asker says of them: the events of its books, which a loader knows, and the players, which ClickHouse
    knows."""
    found: dict[str, tuple[object, object]] = {}
    games = {game["id"]: game for game in cluster.ask("/api/games")[1]["games"]}
    for game_id in GAMES:
        status, books = cluster.ask(f"/api/games/{game_id}/books")
        of_books = books["total"]["stored"] if status == 200 else books
        _, active = cluster.ask(f"/api/metrics/active_players?gameId={game_id}")
        assert of_books != 0 or games[game_id]["events"] == 0
        found[game_id] = (of_books, active["days"][-1]["dau"])
    return found


def is_all_answered(cluster: Cluster, clients: list[Client]) -> bool:
    health = cluster.askers[0].health()
    games = {game["id"]: game["events"] for game in cluster.ask("/api/games")[1]["games"]}
    told = expected(clients)
    return (
        health["journal"] is not None
        and all(health["journal"][name] == 0 for name in ("lagEvents", "lagSeconds", "brokerMessages"))
        and answers(cluster) == told
        and games == {game_id: events for game_id, (events, _) in told.items()}
    )


def check_askers(cluster: Cluster) -> None:
    """What goes beyond one game is told of all, or refused with what to do; and one game's is handed on."""
    for game_id in GAMES:
        status, log = cluster.ask(f"/api/events?gameId={game_id}&limit=1", 1)
        assert (status, len(log["events"])) == (200, 1), log
        status, books = cluster.ask(f"/api/games/{game_id}/books", 1)
        total = books["total"]
        assert total["received"] == total["stored"] + total["duplicate"] + total["quarantined"] + total["refused"]
    for path, said in (("/api/events", "Say of which game"), ("/api/rollups", "with --data and the share's folder")):
        status, problem = cluster.ask(path)
        assert (status, said in problem["detail"]) == (400, True), problem
    status, rules = cluster.ask("/api/alerts/rules")
    assert (status, rules["cannotJudge"]) == (200, None)
    assert cluster.ask("/api/game-deletions") == (200, {"games": []})
    refused = cluster.askers[0].send([{"name": "seen"}], authorization=f"Bearer {cluster.keys[0][1]}")
    assert (refused[0], "role ask" in refused[1]["detail"]) == (503, True)


def check_stores(cluster: Cluster, clients: list[Client]) -> None:
    """Each event is in the store of its game's share, and in ClickHouse, once."""
    acknowledged = {event_id: game for client in clients for event_id, (game, _) in client.acknowledged.items()}
    for share in range(SHARES):
        own = {event_id for event_id, game in acknowledged.items() if part_of(game, SHARES) == share}
        folder = cluster.data / f"share-{share}"
        with closing(Store.open(folder / "store.duckdb", Settings(data=folder))) as store:
            stored = Counter(row["id"] for row in store.query("SELECT event_id::VARCHAR AS id FROM events").to_pylist())
        assert max(stored.values()) == 1
        assert stored.keys() == own
    server: ClickHouseServer = cluster.clickhouse
    settings = Settings.model_validate({"data": cluster.folder, "load_shares": SHARES})
    with closing(ClickHouseStore(clickhouse_url(server.url("cluster")), settings)) as there:
        rows = there.query("SELECT CAST(event_id AS VARCHAR) AS id FROM events").to_pylist()
    assert Counter(row["id"] for row in rows) == Counter(dict.fromkeys(acknowledged, 1))
