"""The mirror in PostgreSQL has every event once, with what follows from it, whatever happens on the way."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row

from databases.postgresql import PostgreSQL, throw_away_postgresql
from databases.reported import Both, every_view_equals_its_metric
from databases.studio import RECEIVED_AT, MakeTarget, Studio, made_studio
from playtrace.mirrors.postgresql.refreshing import Refreshing
from playtrace.mirrors.target import GameFacts, Position, PositionMoved, TargetAway, TargetNewer, TargetUnusable
from playtrace.mirrors.targets import make_target
from playtrace.rollups.sessions import ROLLUP as SESSIONS
from playtrace.simulate.arena import ArenaScenario

AT = dt.datetime(2026, 3, 28, 22, 59, 59, 123456, tzinfo=dt.UTC)


class Mirror:
    """A database of a test's own, and the targets that write to it."""

    def __init__(self, url: str, studio: Studio) -> None:
        self.url = url
        self.studio = studio

    def make(self, mirror: str, user: str = "postgres") -> MakeTarget:
        url = self.url.replace("postgres@", f"{user}@")
        return lambda: make_target(url, mirror, self.studio.settings, self.studio.games)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(sql.encode(), values or None).fetchall()

    def run(self, sql: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.encode())


@pytest.fixture(scope="module")
def mirror(postgresql: PostgreSQL, installed_template: str, studio: Studio) -> Iterator[Mirror]:
    # Each test has a game and a mirror of its own.
    with postgresql.database("mirrored", template=installed_template) as url:
        yield Mirror(url, studio)


def sent(number: int, **fields: Any) -> dict[str, Any]:
    return {"name": "shot", "time": AT + dt.timedelta(seconds=number), "event_id": UUID(int=number + 1), **fields}


EVENTS = """
SELECT event.event_id::text, type.name, to_char(event.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
    event.seq, event.mono_ms, player.external_id, session.external_id, device.external_id, event.env, build.platform,
    build.os, build.version, build.build, region.country, region.region, event.severity, event.match_id, event.level,
    event.map, event.x, event.y, event.z, event.value, event.currency, event.props, event.source, event.journal_offset,
    event.position
FROM game.game_event AS event
JOIN game.game ON game.game_id = event.game_id AND game.code = %s
JOIN game.event_type AS type ON type.game_id = event.game_id AND type.event_type_id = event.event_type_id
LEFT JOIN game.player ON player.game_id = event.game_id AND player.player_id = event.player_id
LEFT JOIN game.client_session AS session
    ON session.game_id = event.game_id AND session.client_session_id = event.client_session_id
LEFT JOIN game.device ON device.game_id = event.game_id AND device.device_id = event.device_id
LEFT JOIN game.client_build AS build ON build.game_id = event.game_id AND build.client_build_id = event.client_build_id
LEFT JOIN game.region ON region.region_id = event.region_id
WHERE event.event_id::text LIKE %s
ORDER BY 1
"""
STORED = """
SELECT event_id::VARCHAR, name, strftime(time, '%Y-%m-%d %H:%M:%S.%f'), seq, mono_ms, player_id,
    coalesce(session_id, CASE WHEN player_id IS NOT NULL THEN '' END), device_id, env, platform, os, version, build,
    country, region, severity, match_id, level, map_id, x, y, z, value, currency, props::JSON::VARCHAR AS props, source,
    journal_offset, position
FROM events WHERE game_id = $game AND event_id::VARCHAR LIKE $ids ORDER BY 1
"""


def assert_same_events(mirror: Mirror, game: str, ids: str = "%") -> int:
    found = mirror.studio.store.query(STORED, {"game": game, "ids": ids})
    stored = [tuple(row.values()) for row in found.to_pylist()]
    stored = [(*row[:24], json.loads(row[24]) if row[24] else None, *row[25:]) for row in stored]
    assert mirror.rows(EVENTS, game, ids) == stored
    return len(stored)


def assert_same_sessions(mirror: Mirror, game: str) -> int:
    """Row for row what playtrace's own rollup comes to when all of it is merged."""
    merged = SESSIONS.merged_across_days(SESSIONS.stored("game_id = $game"))
    columns = "env, session_id, player_id, started_at, ended_at, since, mono_ms, events, played, crashes, quits"
    stored = mirror.studio.store.query(
        f"SELECT {columns}, backgrounds, platform, version, country FROM ({merged}) AS merged ORDER BY ALL",  # pyright: ignore[reportArgumentType]
        {"game": game, "session_timeout": "30 minutes"},
    )
    ours = mirror.rows(
        """
        SELECT session.env, named.external_id, player.external_id, session.started_at AT TIME ZONE 'UTC',
            session.ended_at AT TIME ZONE 'UTC', session.on_since AT TIME ZONE 'UTC', session.mono_ms, session.events,
            session.played, session.crashes, session.quits, session.backgrounds, coalesce(build.platform, ''),
            coalesce(build.version, ''), coalesce(region.country, '')
        FROM game.session
        JOIN game.game ON game.game_id = session.game_id AND game.code = %s
        JOIN game.client_session AS named
            ON named.game_id = session.game_id AND named.client_session_id = session.client_session_id
        LEFT JOIN game.player ON player.game_id = session.game_id AND player.player_id = session.player_id
        LEFT JOIN game.client_build AS build
            ON build.game_id = session.game_id AND build.client_build_id = session.client_build_id
        LEFT JOIN game.region ON region.region_id = session.region_id
        """,
        game,
    )

    def as_texts(row: tuple[Any, ...]) -> tuple[str, ...]:
        return tuple(str(value) for value in row)

    assert sorted(ours, key=as_texts) == sorted((tuple(row.values()) for row in stored.to_pylist()), key=as_texts)
    return len(ours)


def played(draw: random.Random, number: int) -> dict[str, Any]:
    """Something of a few players whose sessions break off, are taken up again, and share short ids."""
    player = draw.choice(["ann", "ben", None])
    fields: dict[str, Any] = {
        "name": draw.choice(["shot", "shot", "shot", "crash", "session_end", "push_received"]),
        "time": AT + dt.timedelta(minutes=draw.randrange(240), milliseconds=draw.choice([0, 0, 1, 250])),
        "event_id": UUID(int=draw.getrandbits(126) + 1),
        "player_id": player,
        "device_id": draw.choice([None, "phone"]),
        "session_id": draw.choice([None, "1", "2", "a-session-of-its-own"]),
        "seq": draw.choice([None, number % 7]),
        "mono_ms": draw.choice([None, draw.randrange(3_600_000)]),
        "platform": draw.choice([None, "PC", "switch"]),
        "version": draw.choice([None, "1.0", "1.1"]),
        "country": draw.choice([None, "DE", "US"]),
        "env": draw.choice([None, None, "dev"]),
        "props": draw.choice([None, {"class": "hang"}, {"reason": "background"}, {"nested": {"a": [1, None, "ü"]}}]),
    }
    return {name: value for name, value in fields.items() if value is not None}


def test_events_and_sessions_are_the_stores_whatever_the_order(mirror: Mirror, studio: Studio) -> None:
    """Late, repeated and out of order, in slices of one entry: sessions come to what playtrace's own come to."""
    game = studio.add_game("sessions")
    draw = random.Random(7)
    events = [played(draw, number) for number in range(300)]
    position = studio.here()
    for first in range(0, len(events), 20):
        studio.load(game, *events[first : first + 20], *draw.sample(events, 3))
    studio.follow(mirror.make(game), entries=1, games=(game,))
    assert assert_same_events(mirror, game) == len(events)
    assert assert_same_sessions(mirror, game) > 10
    # From the beginning once more: nothing is there twice, and nothing grows.
    with closing(mirror.make(game)()) as target:
        target.open()
        target.stand_at(position)
    assert studio.follow(mirror.make(game), games=(game,)).events == 0
    assert_same_events(mirror, game)
    assert_same_sessions(mirror, game)


def test_ids_that_are_one_player_lead_where_the_stores_do(mirror: Mirror, studio: Studio) -> None:
    """Merges in any order, decided again, taken back, in chains and circles."""
    game = studio.add_game("merged")
    draw = random.Random(5)
    ids = [f"p-{number}" for number in range(9)]
    for number in range(60):
        previous, stays = draw.choice(ids), draw.choice(ids)
        named = {"player_id": stays} if draw.random() < 0.5 else {}
        props = {"previous_id": previous} | ({} if named else {"canonical_id": stays})
        merged = sent(draw.randrange(30), name="player_merged", seq=draw.randrange(3), props=props, **named)
        studio.load(game, merged | {"event_id": UUID(int=number + 1)})
    studio.follow(mirror.make(game), entries=7, games=(game,))
    stored = studio.store.query(
        "SELECT player_id, canonical_id FROM player_merges WHERE game_id = $game AND player_id <> canonical_id"
        " ORDER BY player_id",
        {"game": game},
    )
    ours = mirror.rows(
        """
        SELECT player.external_id, into_player.external_id FROM game.player
        JOIN game.game ON game.game_id = player.game_id AND game.code = %s
        JOIN game.player AS into_player ON into_player.player_id = player.merged_into_player_id ORDER BY 1
        """,
        game,
    )
    assert ours == [tuple(row.values()) for row in stored.to_pylist()] != []


def test_all_fields_arrive(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("fields", name="All Fields", time_zone="Asia/Kathmandu")
    studio.load(
        game,
        sent(0),
        sent(
            *(1,),
            player_id="ann",
            session_id="s",
            device_id="d",
            env="dev",
            platform="PC",
            os="11",
            version="1.2",
            build="77",
            country="DE",
            region="BY",
            severity="critical",
            seq=7,
            mono_ms=1500,
            match_id="m",
            level="l",
            map="arena",
            x=-1.5,
            y=1e300,
            z=0.1,
            value=4.99,
            currency="EUR",
            props={"a": {"b": [1, 2.5, "x", None, True]}, "": "empty"},
        ),
    )
    assert studio.follow(mirror.make(game), games=(game,)).events == 2
    assert_same_events(mirror, game)
    assert mirror.rows("SELECT name, time_zone, currency FROM game.game WHERE code = %s", game) == [
        ("All Fields", "Asia/Kathmandu", "EUR")
    ]


def test_what_is_said_of_a_game_is_brought_along(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("renamed")
    studio.load(game, sent(0))
    studio.follow(mirror.make(game), games=(game,))
    studio.facts[game] = GameFacts(game, "Another name", "UTC", "USD", AT)
    studio.load(game, sent(1))
    studio.follow(mirror.make(game), games=(game,))
    assert mirror.rows("SELECT name, time_zone FROM game.game WHERE code = %s", game) == [("Another name", "UTC")]


def test_a_row_that_the_database_refuses_costs_no_other(mirror: Mirror, studio: Studio) -> None:
    """PostgreSQL has no text with a zero in it: that event is set aside with the reason, its neighbours are written."""
    game = studio.add_game("zeros")
    studio.load(game, sent(0), sent(1, props={"text": "a\0b"}), sent(2))
    written = studio.follow(mirror.make(game), games=(game,))
    assert (written.events, written.refused) == (2, 1)
    [(event_id, reason)] = mirror.rows("SELECT event_id, reason FROM game.refused_event WHERE game_code = %s", game)
    assert event_id == str(UUID(int=2))
    assert "cannot be read" in reason


def test_what_was_set_aside_arrives_too(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("aside-there")
    begun = studio.here()
    studio.load(game, sent(0, time=AT - dt.timedelta(days=400)), sent(1))
    for _ in range(2):
        studio.follow(mirror.make(game), games=(game,))
        rows = mirror.rows(
            "SELECT outcome, body::json ->> 'event_id' FROM game.set_aside_event WHERE game_code = %s", game
        )
        assert rows == [("quarantined", str(UUID(int=1)))]
        with closing(mirror.make(game)()) as target:
            target.open()
            target.stand_at(begun)


def test_two_followers_do_not_write_over_each_other(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("followed-twice")
    studio.load(game, sent(0))
    studio.load(game, sent(1))
    with closing(mirror.make(game)()) as one, closing(mirror.make(game)()) as other:
        assert one.open() is None
        assert other.open() is None
        [slice_] = studio.slices(None, 1_000_000, games=(game,))
        with studio.store.reading() as moment:
            rows = one.read(slice_, moment)
        assert one.write(slice_, rows).events == 2
        with pytest.raises(PositionMoved) as moved:
            other.write(slice_, rows)
        assert moved.value.position == slice_.upto


def test_the_role_of_mirrors_is_enough(mirror: Mirror, studio: Studio) -> None:
    """Into a database that its owner installed: the account has the role, and no table."""
    mirror.run("DROP ROLE IF EXISTS mirroring; CREATE ROLE mirroring LOGIN IN ROLE playtrace_mirror")
    game = studio.add_game("granted")
    studio.load(game, sent(0))
    assert studio.follow(mirror.make(game, user="mirroring"), games=(game,)).events == 1
    mirror.run("INSERT INTO game.schema_version (version) VALUES (99)")
    with closing(mirror.make(game, user="mirroring")()) as target, pytest.raises(TargetNewer):
        target.open()
    mirror.run("DELETE FROM game.schema_version WHERE version = 99")


def test_what_is_wrong_is_said(mirror: Mirror, postgresql: PostgreSQL, studio: Studio) -> None:
    def opened(url: str) -> None:
        with closing(make_target(url, "m", studio.settings, studio.games)) as target:
            target.open()

    mirror.run("DROP ROLE IF EXISTS nobody_much; CREATE ROLE nobody_much LOGIN")
    with postgresql.database("foreign") as url, pytest.raises(TargetUnusable, match="must be able to create schemas"):
        opened(url.replace("postgres@", "nobody_much@"))
    with pytest.raises(TargetAway, match="does not exist"):
        opened(postgresql.url("nowhere"))
    with pytest.raises(TargetAway) as away:
        opened("postgresql://postgres:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(away.value)
    with pytest.raises(TargetUnusable):
        opened("postgresql://h?nonsense=1")


def test_a_database_that_takes_nothing_is_away(mirror: Mirror, studio: Studio) -> None:
    """Read-only, or cut off in the middle of a slice: nothing of the slice is there, and it is written later."""
    game = studio.add_game("away")
    studio.load(game, sent(0))
    with closing(mirror.make(game)()) as target:
        before = target.open()
        [slice_] = studio.slices(before, 1_000_000, games=(game,))
        with studio.store.reading() as moment:
            rows = target.read(slice_, moment)
        mirror.run("ALTER DATABASE mirrored SET default_transaction_read_only = on")
        with pytest.raises(TargetAway):
            studio.follow(mirror.make(game), games=(game,))
        mirror.run("BEGIN READ WRITE; ALTER DATABASE mirrored RESET default_transaction_read_only; COMMIT")
        mirror.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'playtrace mirror%'"
        )
        with pytest.raises(TargetAway):
            target.write(slice_, rows)
    assert mirror.rows(EVENTS, game, "%") == []
    assert studio.follow(mirror.make(game), games=(game,)).events == 1


def test_reports_follow_by_themselves(mirror: Mirror, studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    """What is written while reports are refreshed is in them soon, too; a refresh that fails says so and is no more."""
    game = studio.add_game("refreshed")
    players = "SELECT sum(dau)::integer FROM report.active_players WHERE game = %s"
    refreshing = Refreshing(mirror.url, "m", every_s=0.01)
    for number, player in enumerate(("ann", "ben")):
        studio.load(game, sent(number, player_id=player))
        studio.follow(mirror.make(game), games=(game,))
        refreshing.ask()
        refreshing.ask()
        deadline = time.monotonic() + 120
        while mirror.rows(players, game) != [(number + 1,)]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    refreshing.stop()
    Refreshing("postgresql://postgres:hunter2@127.0.0.1:1/x", "away", every_s=0.01).ask()
    deadline = time.monotonic() + 120
    while "reports were not refreshed" not in caplog.text:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "hunter2" not in caplog.text


def test_a_position_is_kept_for_each_mirror(mirror: Mirror, studio: Studio) -> None:
    with closing(mirror.make("one")()) as target:
        assert target.open() is None
        target.stand_at(Position("6f0d7c1e-6d3c-5b7b-9d0a-7e4b1a1f2c55", 12))
    with closing(mirror.make("one")()) as target:
        assert target.open() == Position("6f0d7c1e-6d3c-5b7b-9d0a-7e4b1a1f2c55", 12)
    with closing(mirror.make("other")()) as other:
        assert other.open() is None


@pytest.mark.drill
@pytest.mark.timeout(7_200)
def test_mirror_and_database_are_killed_again_and_again(tmp_path: Path) -> None:
    """Simulated events, late, repeated and out of order; the mirror is killed 20 times, the database, which syncs as in
    production, five times, and a connection is cut. Then events and sessions are those of the store, one for one, and
    every view equals its metric."""
    with made_studio(tmp_path, memory_bytes=8 * 1024**3) as studio:
        drill(studio)


def drill(studio: Studio) -> None:
    game = studio.add_game("drill-in-postgresql")
    events = int(os.environ.get("PLAYTRACE_DRILL_EVENTS", "1000000"))
    arena = ArenaScenario(seed=1, events=events, days=5, end=dt.datetime(2026, 3, 28, tzinfo=dt.UTC), game_id=game)
    draw = random.Random(1)
    late: list[Any] = []
    begun = studio.here()
    for batch in arena.batches(2_000):
        kept: list[Any] = []
        for event in batch:
            (late if draw.random() < 0.02 else kept).append(event)
        studio.take([*kept, *draw.sample(kept, len(kept) // 40)])
        if len(late) > 500:
            draw.shuffle(late)
            studio.take(late)
            late = []
    studio.take(late)
    context = multiprocessing.get_context("fork")
    with throw_away_postgresql(is_durable=True) as server, server.database("drill") as url:
        mirror = Mirror(url, studio)
        with closing(mirror.make("drill")()) as target:
            target.open()
            target.stand_at(begun)
        for round_ in range(20):
            process = context.Process(target=studio.follow, args=(mirror.make("drill"), 1), kwargs={"games": (game,)})
            process.start()
            time.sleep(draw.uniform(0.2, 1.5))
            if round_ % 4 == 1:
                server.kill()
            if round_ == 2:
                mirror.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%mirror%'"
                )
            process.kill()
            process.join()
            if round_ % 4 == 1:
                server.start()
        assert mirror.rows("SELECT count(*) > 0 FROM game.game_event") == [(True,)], "it came somewhere"
        studio.follow(mirror.make("drill"), 10, games=(game,))
        found = sum(assert_same_events(mirror, game, f"{digit}%") for digit in "0123456789abcdef")
        assert found > 0.8 * events
        sessions = assert_same_sessions(mirror, game)
        facts = studio.facts[game]
        with psycopg.connect(url, autocommit=True, row_factory=dict_row) as database:
            both = Both(studio.store, database, game, facts.time_zone, facts.currency, RECEIVED_AT)
            both.refresh()
            every_view_equals_its_metric(both)
        print(f"{found} events and {sessions} sessions are the same, and every view is its metric")
