"""What a game keeps no longer goes, and nothing else: against a naive history, in pieces, with kills in between."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Engine, plain, same

from playtrace.config import Settings
from playtrace.event import Batch, Event, Refusal, RefusalReason
from playtrace.journal.sqlite import Journal
from playtrace.load.rebuild import Rebuild
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.operate.compact import compact_store
from playtrace.operate.retention import GRACE, Retention, preview
from playtrace.operate.rollups_checkup import compare_rollups
from playtrace.operate.tables import asked_of
from playtrace.registry.registry import Registry
from playtrace.registry.retention import RetentionPolicy
from playtrace.store.duckdb import Store

TODAY = dt.datetime(2026, 5, 31, 12, tzinfo=dt.UTC)
FIRST = dt.datetime(2026, 5, 3, 23, tzinfo=dt.UTC)
NAMES = ("position", "purchase", "crash", "level_start", "java.error")
POLICY = RetentionPolicy(
    events_days=20,
    names_days={"position": 10, "purchase": None},
    crash_properties_days=8,
    set_aside_days=15,
)
GOES_BEFORE = {"position": dt.date(2026, 5, 21), "purchase": dt.date.min}
OTHERS_GO_BEFORE = dt.date(2026, 5, 11)
SUMMARY: dict[str, Any] = {"from": "2026-05-01", "to": "2026-05-31"}


class Clock:
    def __init__(self) -> None:
        self.now = TODAY

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings(data=tmp_path)
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(settings.store_path, settings)
    yield Engine(store, journal, settings)
    store.close()
    journal.close()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    registry = Registry.open(f"sqlite:///{tmp_path / 'registry.sqlite'}", clock=lambda: TODAY - dt.timedelta(hours=2))
    for game in ("arena", "harbour"):
        registry.games.add(game)
    yield registry
    registry.close()


def history(seed: int, count: int = 160) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    return [
        {
            "name": (name := chance.choice(NAMES)),
            "time": FIRST + dt.timedelta(minutes=chance.randrange(27 * 24 * 60)),
            "player_id": f"p{chance.randrange(9)}",
            "session_id": f"session-number-{chance.randrange(30)}",
            "mono_ms": chance.randrange(10**6),
            "platform": chance.choice(("linux", "windows")),
            "map": "keep",
            "x": 1.0,
            "y": 2.0,
            "value": 1.5,
            "currency": "USD",
            "props": {"class": chance.choice(("hang", "abort")), "stack": "at main"} if name == "crash" else {"a": 1},
        }
        for _ in range(count)
    ]


def received(event: dict[str, Any]) -> dt.datetime:
    return event["time"] + dt.timedelta(minutes=90)


def load(engine: Engine, game: str, events: list[dict[str, Any]]) -> None:
    loaded = engine.loader.load_batches(
        [Batch(received_at=received(one), source="test", game_id=game, events=[Event(**one)]) for one in events]
    )
    assert loaded.stored == len(events)


def stays(event: dict[str, Any]) -> bool:
    return event["time"].date() >= GOES_BEFORE.get(event["name"], OTHERS_GO_BEFORE)


def kept(engine: Engine, game: str) -> Counter[tuple[Any, ...]]:
    rows = engine.store.query(
        "SELECT name, time, player_id, props::JSON::VARCHAR AS props FROM events WHERE game_id = $game", {"game": game}
    )
    return Counter((row["name"], row["time"], row["player_id"], row["props"]) for row in rows.to_pylist())


def expected_of(events: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for event in events:
        props = '{"a":1}'
        if event["name"] == "crash":
            class_ = event["props"]["class"]
            props = f'{{"class":"{class_}","stack":"at main"}}'
            if event["time"].date() < dt.date(2026, 5, 23):
                props = '{"class":"hang"}' if class_ == "hang" else "{}"
        found[event["name"], event["time"].replace(tzinfo=None), event["player_id"], props] += 1
    return found


def test_what_a_policy_lets_go_goes_and_figures_stay(engine: Engine, registry: Registry) -> None:
    arena, harbour = history(1), history(2, 40)
    load(engine, "arena", arena)
    load(engine, "harbour", harbour)
    engine.loader.load_batches(
        [
            Batch(
                received_at=dt.datetime(2026, 5, day, 3, tzinfo=dt.UTC),
                source="test",
                events=[],
                refusals=[Refusal(0, RefusalReason.INVALID, "name: expected.", "{}", "arena")],
            )
            for day in (15, 16)
        ]
    )
    days = [(FIRST + dt.timedelta(days=day)).date() for day in range(6, 20, 4)]
    engine.compact(days)

    def figures() -> list[dict[str, Any]]:
        return [
            plain(engine.ask(name, "arena", TODAY, **asked))
            for name, asked in (
                ("summary", SUMMARY),
                ("sessions", SUMMARY),
                ("heatmap", {"map": "keep", **SUMMARY}),
            )
        ]

    before = figures()
    registry.games.set_retention("arena", POLICY)
    with engine.store.reading() as reader:
        shown = {(one.what, one.name): one.rows for one in preview(reader, "arena", POLICY, TODAY.date())}
    going = Counter(event["name"] for event in arena if not stays(event))
    assert shown == {
        ("events", "position"): going["position"],
        ("events", None): going.total() - going["position"],
        ("crash_properties", None): sum(
            event["name"] == "crash" and event["time"].date() < dt.date(2026, 5, 23) for event in arena
        ),
        ("set_aside", None): 1,
    }

    # Ended after every few pieces, as by a kill: what goes follows from the store alone.
    pieces = 0
    while True:
        retention = Retention(engine.store, registry, clock=lambda: TODAY, rows_at_once=50)
        done = [retention.work() for _ in range(3 + pieces)]
        pieces += 1
        if done[-1] is None:
            break
    same(figures(), before)
    left = [event for event in arena if stays(event)]
    assert kept(engine, "arena") == expected_of(left)
    assert kept(engine, "harbour").total() == len(harbour)
    assert [row["received_at"].day for row in engine.store.query("FROM set_aside").to_pylist()] == [16]

    # Its file is written anew without the room that they left, and says the same.
    engine.store.close()
    compact_store(engine.settings)
    engine.store = Store.open(engine.settings.store_path, engine.settings)
    assert kept(engine, "arena") == expected_of(left)
    same(figures(), before)

    # The books of both: received is what it was, and what is there is stored - removed.
    removed = Counter(received(event).replace(minute=0, second=0, microsecond=0) for event in arena if not stays(event))
    quality = engine.ask("data_quality", "arena", TODAY, interval="hour", **{"from": "2026-05-03", "to": "2026-05-31"})
    assert {bucket.time: bucket.removed for bucket in quality.books if bucket.removed} == removed
    assert (quality.total.stored, quality.total.removed) == (len(arena), len(arena) - len(left))
    assert quality.total.received == len(arena) + 2
    assert quality.total.reasons["retention"] == removed.total()
    with engine.store.writing() as connection:
        finding = compare_rollups(asked_of(connection), lambda said: None, is_all=True, session_timeout_minutes=30)
    assert finding.is_good, finding.found


def test_what_sessions_did_first_is_kept_of_days_before_their_events_go(engine: Engine, registry: Registry) -> None:
    """Compaction makes it of days that have come to rest; it may have reached none of them, or only before an event
    came late."""
    events = history(4)
    first, late = events[:-1], events[-1] | {"time": FIRST + dt.timedelta(days=2, hours=3)}
    load(engine, "arena", first)
    engine.compact([late["time"].date()])
    load(engine, "arena", [late])
    asked = {"from": "2026-05-04", "to": "2026-05-10"}
    before = plain(engine.ask("paths", "arena", TODAY, **asked))
    assert before["units"] > 5
    registry.games.set_retention("arena", POLICY)
    retention = Retention(engine.store, registry, clock=lambda: TODAY, rows_at_once=50)
    while retention.work() is not None:
        pass
    assert kept(engine, "arena") == expected_of([event for event in [*first, late] if stays(event)])
    after = engine.ask("paths", "arena", TODAY, **asked)
    assert after.removed_before is None
    same(plain(after), before)


def test_an_answer_says_what_it_lacks_and_there_is_none_where_nothing_is_left(
    engine: Engine, registry: Registry
) -> None:
    arena = history(3)
    load(engine, "arena", arena)
    registry.games.set_retention("arena", RetentionPolicy(events_days=10))
    retention = Retention(engine.store, registry, clock=lambda: TODAY)
    while retention.work() is not None:
        pass
    gone_to = dt.date(2026, 5, 21)
    whole = engine.ask("summary", "arena", TODAY, **SUMMARY)
    assert (whole.source, whole.removed_before, whole.hints) == ("rollup", None, [])
    filtered = engine.ask("summary", "arena", TODAY, filter=["props.a:1"], **SUMMARY)
    assert filtered.removed_before == gone_to
    assert filtered.hints[0].startswith("Raw events before 2026-05-21 (UTC) were removed (retention)")
    later = engine.ask(
        "timeseries",
        "arena",
        TODAY,
        metric="events",
        filter=["props.a:1"],
        **{"from": "2026-05-21", "to": "2026-05-31"},
    )
    assert (later.removed_before, later.hints) == (None, [])
    with pytest.raises(WrongParameter, match=r"raw events before 2026-05-21 .* were removed"):
        engine.ask("summary", "arena", TODAY, filter=["props.a:1"], **{"from": "2026-05-04", "to": "2026-05-20"})
    # Books are answered whatever is left, and a player whose events are gone is known.
    quality = engine.ask("data_quality", "arena", TODAY, **{"from": "2026-05-04", "to": "2026-05-20"})
    assert quality.total.stored > 0
    assert quality.removed_before == gone_to
    gone_player = {event["player_id"] for event in arena if event["time"].date() < gone_to}.pop()
    profile = engine.ask("player", "arena", TODAY, playerId=gone_player)
    assert profile.is_known
    assert profile.removed_before == gone_to


def test_all_that_is_too_old_goes_with_its_figures(engine: Engine, registry: Registry) -> None:
    arena = history(4)
    load(engine, "arena", arena)
    days = [(FIRST + dt.timedelta(days=day)).date() for day in range(6, 20, 4)]
    engine.compact(days)
    registry.games.set_retention("arena", RetentionPolicy(everything_days=12, names_days={"purchase": None}))
    retention = Retention(engine.store, registry, clock=lambda: TODAY)
    while retention.work() is not None:
        pass
    border = dt.datetime(2026, 5, 19, tzinfo=dt.UTC)
    rest = [event for event in arena if event["time"] >= border]
    assert kept(engine, "arena").total() == len(rest)
    load(engine, "harbour", rest)
    engine.compact(days)
    late = {"from": "2026-05-19", "to": "2026-05-31"}
    for name in ("timeseries", "sessions", "revenue"):
        one, other = (plain(engine.ask(name, game, TODAY, **late)) | {"game_id": ""} for game in ("arena", "harbour"))
        same(one, other)
    answer = engine.ask("summary", "arena", TODAY, **SUMMARY)
    assert answer.removed_before == border.date()
    assert answer.hints[0].startswith("Everything before 2026-05-19 (UTC) was removed (retention)")
    # Who is still here came when they came; of whom nothing is left nothing is known.
    seen = {
        row["player_id"]: row["first_seen"]
        for row in engine.store.query("SELECT player_id, first_seen FROM players WHERE game_id = 'arena'").to_pylist()
    }
    assert seen == {
        player: min(event["time"] for event in arena if event["player_id"] == player).replace(tzinfo=None)
        for player in {event["player_id"] for event in rest}
    }


def test_a_changed_policy_waits_an_hour_and_names_that_go_apart_stay_apart(engine: Engine, registry: Registry) -> None:
    clock = Clock()
    arena = history(5, 60)
    load(engine, "arena", arena)
    game = registry.games.set_retention("arena", RetentionPolicy(events_days=20))
    assert game.retention_changed_at is not None
    clock.now = game.retention_changed_at + GRACE - dt.timedelta(minutes=1)
    retention = Retention(engine.store, registry, clock=clock)
    while retention.work() is not None:
        pass
    assert kept(engine, "arena").total() == len(arena)
    retention.run_now(game)
    while retention.work() is not None:
        pass
    assert kept(engine, "arena").total() == sum(event["time"].date() >= dt.date(2026, 5, 11) for event in arena)
    # From now on purchases stay for good, and the others go sooner.
    retention.run_now(
        registry.games.set_retention("arena", RetentionPolicy(events_days=7, names_days={"purchase": None}))
    )
    while retention.work() is not None:
        pass
    left = [
        event
        for event in arena
        if event["time"].date() >= (dt.date(2026, 5, 11) if event["name"] == "purchase" else dt.date(2026, 5, 24))
    ]
    assert Counter(row[0] for row in kept(engine, "arena").elements()) == Counter(event["name"] for event in left)
    # A purchase of a day that is there for purchases is stored; another event of that day is not.
    day = dt.datetime(2026, 5, 20, 8, tzinfo=dt.UTC)
    again = [Event(name=name, time=day, player_id="p1") for name in ("purchase", "level_start")]
    loaded = engine.loader.load_batches([Batch(received_at=TODAY, source="test", game_id="arena", events=again)])
    assert (loaded.stored, loaded.quarantined) == (1, 1)


def test_events_of_which_a_rollup_is_still_to_be_made_wait_for_it(engine: Engine, registry: Registry) -> None:
    arena = history(6, 40)
    load(engine, "arena", arena)
    before = plain(engine.ask("sessions", "arena", TODAY, **SUMMARY))
    with engine.store.writing() as connection:
        connection.execute("UPDATE rollup_builds SET version = version - 1 WHERE rollup = 'sessions'")
    engine.store.close()
    engine.store = Store.open(engine.settings.store_path, engine.settings)
    registry.games.set_retention("arena", RetentionPolicy(events_days=7))
    retention = Retention(engine.store, registry, clock=lambda: TODAY)
    while retention.work() is not None:
        pass
    assert kept(engine, "arena").total() == len(arena)
    rebuild = Rebuild(engine.store, engine.settings, lambda days: None)
    while rebuild.work() is not None:
        pass
    while retention.work() is not None:
        pass
    assert 0 < kept(engine, "arena").total() < len(arena)
    after = plain(engine.ask("sessions", "arena", TODAY, **SUMMARY))
    same(after, before)
