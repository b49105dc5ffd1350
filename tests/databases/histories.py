"""One small history in a store and in a game database, by the way that a mirror takes: the store's own slices."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.mirrors.slices import JsonRows, events_of
from playtrace.mirrors.target import Position, Slice
from playtrace.simulate.arena import ArenaScenario
from playtrace.store.duckdb import Store

GAME = "arena"
ZONE = "America/New_York"
END = dt.datetime(2026, 3, 12, 17, 30, tzinfo=dt.UTC)
"""The clocks of New York were put forward on 8 March."""
DAYS = 7
DENSE = {"position", "performance", "item_looted", "player_death", "player_kill", "scene_loaded"}
AS_JSON = """* EXCLUDE (props, time, client_time, received_at), props::JSON AS props,
    strftime(time, '%xT%H:%M:%S.%fZ') AS time, strftime(client_time, '%xT%H:%M:%S.%fZ') AS client_time,
    strftime(received_at, '%xT%H:%M:%S.%fZ') AS received_at"""


def history() -> list[Event]:
    """Some days of the arena, and what does not happen in it: in the order of time."""
    scenario = ArenaScenario(seed=3, players=70, days=DAYS, end=END, game_id=GAME)
    played = [event for batch in scenario.batches() for event in batch]
    # These are most of it, and no report asks for them.
    told = [event for event in played if event.name not in DENSE]
    return sorted([*told, *_of_our_own()], key=lambda event: (event.time, event.seq or 0))


def _at(day: int, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, minute, second, tzinfo=dt.UTC)


def _of_our_own() -> Iterator[Event]:
    numbers = iter(range(1, 10_000))

    def event(name: str, time: dt.datetime, **fields: Any) -> Event:
        return Event(name=name, time=time, game_id=GAME, event_id=uuid.UUID(int=next(numbers)), **fields)

    # Somebody without session ids, around a midnight of New York; the last two are a session of their own.
    for minute in (0, 10, 39, 70, 75):
        yield event("level_start", _at(8, 3, 40) + dt.timedelta(minutes=minute), player_id="silent", level="7")
    # What happens without the player makes nobody active, and no session.
    yield event("push_received", _at(9, 12), player_id="silent", session_id="pushed")
    yield event("server_grant", _at(9, 12), player_id="never-played")
    yield event("level_start", _at(9, 12), player_id="developer", level="1", env="dev")
    # Sessions that a client numbers 1, 2, 3; a crash that is reported two hours later belongs to the first of them.
    for player in ("one", "two"):
        yield event("session_start", _at(9, 5), player_id=player, session_id="1", seq=0, mono_ms=0, version="1.0")
        yield event("level_fail", _at(9, 5, 9), player_id=player, session_id="1", seq=1, mono_ms=540_000, level="3")
    crash = {"title": "Null", "stack_trace": [{"function": "run"}, {"function": "draw", "in_app": True}]}
    yield event("crash", _at(9, 7, 30), player_id="one", session_id="1", props=crash, severity="critical")
    yield event("crash", _at(9, 8), player_id="two", session_id="2", props={"class": "hang"})
    yield event("session_end", _at(9, 8, 2), player_id="two", session_id="2", props={"reason": "background"})
    # Before and behind signing in, on one evening: one player, and one session.
    yield event("session_start", _at(10, 1), player_id="phone", session_id="9", seq=0, platform="ios", version="1.1")
    yield event("achievement_unlocked", _at(10, 1, 5), player_id="phone", session_id="9", props={"achievement": "in"})
    yield event("player_merged", _at(10, 1, 6), player_id="account", session_id="9", props={"previous_id": "phone"})
    yield event("session_end", _at(10, 1, 20), player_id="account", session_id="9", version="1.2")
    yield event("session_start", _at(11, 1), device_id="phone", session_id="10")
    yield event("session_end", _at(11, 1, 7), player_id="account", session_id="10")
    # Orders that are reported twice, given back, not confirmed, and paid in yen.
    for day, player, value, currency, props in (
        (7, "account", 9.99, "USD", {"transaction_id": "t1", "kind": "dlc"}),
        (7, "account", 9.99, "USD", {"transaction_id": "t1"}),
        (9, "account", -9.99, "USD", {"transaction_id": "t1"}),
        (8, "one", 4.99, None, {"transaction_id": "t2", "validated": False}),
        (8, "one", 4.99, None, {"transaction_id": "t2"}),
        (9, "one", 99.99, "USD", {"transaction_id": "t3", "validated": False}),
        (9, "one", -99.99, "USD", {"transaction_id": "t3"}),
        (9, "two", 1000.0, "JPY", None),
        (9, None, 0.1, "USD", None),
        (10, "silent", 0.99, "USD", None),
        (10, "silent", -0.5, "USD", {"transaction_id": "unknown"}),
    ):
        yield event("purchase", _at(day, 20), player_id=player, value=value, currency=currency, props=props)
    # Attempts: headless, given up, with a length of their own, and one that is still going on.
    yield event("level_complete", _at(10, 9), player_id="one", session_id="4", level="7", props={"duration_s": 41.5})
    yield event("level_start", _at(10, 9, 1), player_id="one", session_id="4", level="7")
    yield event("level_start", _at(10, 9, 3), player_id="one", session_id="4", level="7")
    yield event("level_complete", _at(10, 9, 5), player_id="one", session_id="4", level="7", props={"duration_s": "99"})
    yield event("level_start", END - dt.timedelta(minutes=5), player_id="two", session_id="5", level="unknown")


@contextmanager
def store_with(loads: Sequence[list[Event]], folder: Path) -> Iterator[Store]:
    """A store into which lists of events were loaded, one after the other."""
    settings = Settings(data=folder, store_threads=1)
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(None, settings)
    try:
        loader = Loader(store, journal, settings)
        for events in loads:
            batch = Batch(received_at=END + dt.timedelta(minutes=1), source="events", game_id=GAME, events=events)
            assert loader.load_batches([batch]).stored == len(events)
        yield store
    finally:
        store.close()
        journal.close()


def lines_of(store: Store) -> list[str]:
    """All events of a store as lines of JSON, in the order of their arrival."""
    everything = Slice(after=None, upto=Position("", 2**62), games=None, since=None)
    with store.reading() as moment:
        table = events_of(everything, moment)
    rows = JsonRows()
    try:
        return rows.lines_of(table, AS_JSON)
    finally:
        rows.close()


def make_game(connection: psycopg.Connection[Any]) -> None:
    connection.execute("INSERT INTO game.game (code, name, time_zone) VALUES (%s, 'Arena', %s)", [GAME, ZONE])


def ingest(connection: psycopg.Connection[Any], lines: Sequence[str]) -> None:
    """Through the procedure that all events come in by."""
    batch = f"[{','.join(lines)}]"
    with connection.cursor(row_factory=dict_row) as cursor:
        counted = cursor.execute("SELECT taken, refused FROM game_api.ingest_events(%s)", [batch]).fetchone()
    assert counted == {"taken": len(lines), "refused": 0}
