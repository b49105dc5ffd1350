"""The mirror in MongoDB has every event once, whatever happens to it and to the server."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import random
import time
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest

from databases.mongodb import MongoDB
from databases.studio import MakeTarget, Studio
from playtrace.mirrors.mongodb.target import MongoTarget
from playtrace.mirrors.target import PositionMoved, Slice, TargetAway, TargetNewer, TargetUnusable
from playtrace.mirrors.targets import make_target

AT = dt.datetime(2026, 3, 28, 22, 59, 59, 123456, tzinfo=dt.UTC)
Found = dict[str, Any]


class Mirror:
    """A database of a test's own, and the targets that write to it."""

    def __init__(self, server: MongoDB, studio: Studio) -> None:
        self.server = server
        self.studio = studio
        self.name = server.new_database()

    def make(self, mirror: str = "logs") -> MakeTarget:
        return lambda: make_target(self.server.url(self.name), mirror, self.studio.settings, self.studio.games)

    def found(self, collection: str = "events", **where: Any) -> list[Found]:
        with self.server.database(self.name) as database:
            return list(database[collection].find(where))


@pytest.fixture
def mirror(mongodb: MongoDB, studio: Studio) -> Mirror:
    return Mirror(mongodb, studio)


def sent(number: int, **fields: Any) -> dict[str, Any]:
    return {"name": "shot", "time": AT + dt.timedelta(seconds=number), "event_id": UUID(int=number + 1), **fields}


def stored_ids(studio: Studio, game: str) -> list[str]:
    rows = studio.store.query("SELECT event_id::VARCHAR AS id FROM events WHERE game_id = $game", {"game": game})
    return sorted(f"{game}:{id_}" for id_ in rows["id"].to_pylist())


def test_an_event_is_a_document_as_the_events_api_has_it(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("documents")
    studio.load(
        game,
        sent(
            0,
            name="crash",
            severity="critical",
            player_id="ann",
            platform="PC",
            version="1.2",
            seq=7,
            x=1.5,
            level="3",
            props={
                "stackTrace": "at main()",
                "memoryUsage": 512,
                "platform": "PC",
                "level": 4,
                "nested": {"a": [1, None]},
            },
        ),
    )
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    written = studio.follow(mirror.make(), games=(game,))
    assert (written.events, written.refused) == (1, 0)
    [document] = mirror.found()
    processed_at = document.pop("processedAt")
    assert before <= processed_at <= dt.datetime.now(dt.UTC)
    assert document == {
        "_id": f"{game}:{UUID(int=1)}",
        "gameId": game,
        "eventType": "crash",
        "severity": "critical",
        "timestamp": AT.replace(microsecond=123000),
        "payload": {
            "stackTrace": "at main()",
            "memoryUsage": 512,
            "platform": "PC",
            # What was sent as a property stays; the column of the same name stands beside it.
            "level": 4,
            "level_": "3",
            "nested": {"a": [1, None]},
            "eventId": str(UUID(int=1)),
            "playerId": "ann",
            "env": "prod",
            "version": "1.2",
            "source": "test",
            "seq": 7,
            "x": 1.5,
            "time": "2026-03-28T22:59:59.123456Z",
            "clientTime": "2026-03-28T22:59:59.123456Z",
            "receivedAt": "2026-03-29T00:00:00.000000Z",
        },
    }
    with mirror.server.database(mirror.name) as database:
        keys = [index["key"] for index in database["events"].list_indexes()]
    assert {"gameId": 1, "timestamp": -1} in keys
    assert {"gameId": 1, "eventType": 1, "timestamp": -1} in keys


def test_repeated_late_and_replayed_events_are_there_once(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("repeated")
    begun = studio.here()
    for first in range(0, 40, 10):
        studio.load(game, *(sent(number) for number in range(first, first + 10)))
    assert studio.follow(mirror.make(), entries=2, games=(game,)).events == 40
    studio.load(game, *(sent(number) for number in range(30, 45)))
    studio.load(game, {"name": "late", "time": AT - dt.timedelta(days=9), "event_id": UUID(int=500)})
    assert studio.follow(mirror.make(), entries=1, games=(game,)).events == 6
    first_time = {document["_id"]: document["processedAt"] for document in mirror.found()}
    with closing(mirror.make()()) as target:
        target.open()
        target.stand_at(begun)
    assert studio.follow(mirror.make(), entries=3, games=(game,)).events == 0
    assert {document["_id"]: document["processedAt"] for document in mirror.found()} == first_time
    assert sorted(first_time) == stored_ids(studio, game)


def test_what_is_killed_between_documents_and_position_is_written_again_but_not_twice(
    mirror: Mirror, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = studio.add_game("killed")
    studio.load(game, *(sent(number) for number in range(20)))

    def killed(self: MongoTarget, slice_: Slice) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(MongoTarget, "_move_on", killed)
        studio.follow(mirror.make(), games=(game,))
    assert len(mirror.found()) == 20
    assert mirror.found("playtrace_mirror") == []
    assert studio.follow(mirror.make(), games=(game,)).events == 0
    assert sorted(document["_id"] for document in mirror.found()) == stored_ids(studio, game)
    [position] = mirror.found("playtrace_mirror")
    assert position["journalOffset"] == studio.here().journal_offset


def test_two_followers_of_one_mirror_do_not_write_over_each_other(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("two-followers")
    studio.load(game, *(sent(number) for number in range(5)))
    with closing(mirror.make()()) as slow:
        after = slow.open()
        [slice_] = studio.slices(after, 1_000_000, (game,))
        with studio.store.reading() as moment:
            rows = slow.read(slice_, moment)
        studio.follow(mirror.make(), games=(game,))
        with pytest.raises(PositionMoved) as moved:
            slow.write(slice_, rows)
    assert moved.value.position == studio.here()
    assert len(mirror.found()) == 5


def test_a_server_that_is_gone_or_takes_nothing_costs_lag_and_nothing_else(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("gone")
    studio.load(game, sent(1))
    studio.follow(mirror.make(), games=(game,))
    server = mirror.server
    studio.load(game, sent(2))
    server.kill()
    quick = f"{server.url(mirror.name)}?serverSelectionTimeoutMS=100"
    with closing(MongoTarget(quick, "logs")) as waiting, pytest.raises(TargetAway) as away:
        waiting.open()
    # Not what the driver tells of its timeouts, and of its picture of the servers.
    assert len(str(away.value)) < 120, away.value
    server.start(is_read_only=True)
    try:
        with pytest.raises(TargetAway, match="readonly"):
            studio.follow(mirror.make(), games=(game,))
    finally:
        server.stop()
        server.start()
    assert len(mirror.found()) == 1
    assert studio.follow(mirror.make(), games=(game,)).events == 1
    assert sorted(document["_id"] for document in mirror.found()) == stored_ids(studio, game)


def test_what_the_server_refuses_is_set_aside_with_the_reason_and_the_rest_is_taken(
    mirror: Mirror, studio: Studio
) -> None:
    game = studio.add_game("hostile")
    hostile = {
        # FerretDB takes neither; MongoDB 5 and newer does.
        "dots in a key": {"a.b": 1},
        "an operator": {"$where": "sleep(10)"},
        # No document can have this.
        "NUL in a key": {"a\0b": 1},
    }
    harmless = {
        "NUL in a value": {"text": "a\0b"},
        "emoji": {"\N{PILE OF POO}": "\N{FAMILY}\U0001f1fa"},
        "large": {"n": 2**62},
    }
    studio.load(
        game,
        *(sent(number, name=name, props=props) for number, (name, props) in enumerate((hostile | harmless).items())),
        # Names of fields stand among the properties of a hostile client as well.
        sent(90, name="names", props={"_id": "x", "gameId": "other", "timestamp": "never", "eventId": "other"}),
    )
    written = studio.follow(mirror.make(), games=(game,))
    assert (written.events, written.refused) == (4, 3)
    taken = {document["eventType"]: document for document in mirror.found()}
    assert taken.keys() == {*harmless, "names"}
    assert {name: {key: taken[name]["payload"][key] for key in props} for name, props in harmless.items()} == harmless
    names = taken["names"]
    assert (names["_id"], names["gameId"]) == (f"{game}:{UUID(int=91)}", game)
    assert (names["payload"]["eventId"], names["payload"]["eventId_"]) == ("other", str(UUID(int=91)))
    refused = {json.loads(one["body"])["eventType"]: one for one in mirror.found("playtrace_refused")}
    assert refused.keys() == hostile.keys()
    assert all(one["reason"] for one in refused.values())
    assert json.loads(refused["NUL in a key"]["body"])["payload"]["a\0b"] == 1
    # It is not tried again.
    assert studio.follow(mirror.make(), games=(game,)).refused == 0


def test_an_index_of_the_studio_that_refuses_an_event_does_not_hide_it(mirror: Mirror, studio: Studio) -> None:
    with mirror.server.database(mirror.name) as database:
        database["events"].create_index("eventType", unique=True)
    game = studio.add_game("unique")
    studio.load(game, sent(1), sent(2), sent(3, name="other"))
    written = studio.follow(mirror.make(), games=(game,))
    assert (written.events, written.refused) == (2, 1)
    [refused] = mirror.found("playtrace_refused")
    assert "duplicate key" in refused["reason"]


def test_a_document_that_is_too_large_does_not_stop_the_others(
    mirror: Mirror, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An event has at most 32 KiB: what is too large for MongoDB is tried with less.
    monkeypatch.setattr("playtrace.mirrors.mongodb.target.DOCUMENT_BYTES_MAX", 2_000)
    game = studio.add_game("too-large")
    studio.load(game, sent(1, props={"text": "x" * 3_000}), sent(2))
    written = studio.follow(mirror.make(), games=(game,))
    assert (written.events, written.refused) == (1, 1)
    [refused] = mirror.found("playtrace_refused")
    assert refused["reason"].endswith("2000 are possible.")


def test_what_was_set_aside_is_there_too(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("aside")
    studio.load(game, sent(1), sent(2, time=AT - dt.timedelta(days=400)))
    assert studio.follow(mirror.make(), games=(game,)).events == 1
    [aside] = mirror.found("playtrace_set_aside")
    assert (aside["gameId"], aside["outcome"], aside["reason"]) == (game, "quarantined", "too_old")


def test_other_games_and_earlier_days_are_left_out(mirror: Mirror, studio: Studio) -> None:
    game, other = studio.add_game("followed"), studio.add_game("left-out")
    studio.load(other, sent(1))
    studio.load(game, sent(1), sent(2, time=AT - dt.timedelta(days=2)))
    studio.follow(mirror.make(), games=(game,), since=AT - dt.timedelta(days=1))
    assert [document["_id"] for document in mirror.found()] == [f"{game}:{UUID(int=2)}"]


def test_collections_of_a_newer_playtrace_are_left_alone(mirror: Mirror) -> None:
    with mirror.server.database(mirror.name) as database:
        database["playtrace_schema"].insert_one({"_id": "schema", "version": 99})
    with closing(mirror.make()()) as target, pytest.raises(TargetNewer, match="version 99"):
        target.open()
    with mirror.server.database(mirror.name) as database:
        assert database.list_collection_names() == ["playtrace_schema"]


@pytest.mark.parametrize("url", ["mongodb://:secret@/x", "mongodb://user:secret@host:port/x"])
def test_an_address_that_is_none_is_told_without_its_password(url: str, studio: Studio) -> None:
    target = make_target(url, "logs", studio.settings, studio.games)
    with closing(target), pytest.raises(TargetUnusable) as error:
        target.open()
    assert "secret" not in str(error.value)


@pytest.mark.drill
@pytest.mark.timeout(1_200)
def test_mirror_and_server_are_killed_again_and_again(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("drill")
    for first in range(0, 20_000, 250):
        some = [sent(number, name=f"n{number % 9}", props={"n": number}) for number in range(first, first + 250)]
        studio.load(game, *some, *some[:20])
    chosen = random.Random(1)
    context = multiprocessing.get_context("fork")
    for round_ in range(20):
        process = context.Process(target=studio.follow, args=(mirror.make(), 1), kwargs={"games": (game,)})
        process.start()
        time.sleep(chosen.uniform(0.05, 0.4))
        if round_ % 5 == 4:
            mirror.server.kill()
        process.kill()
        process.join()
        if round_ % 5 == 4:
            mirror.server.start()
    # They came somewhere, or nothing was tried.
    assert mirror.found("playtrace_mirror")
    studio.follow(mirror.make(), 1, games=(game,))
    assert sorted(document["_id"] for document in mirror.found()) == stored_ids(studio, game)
