"""A clock that jumps an hour ahead and two back: everything is loaded in its order, and no lag is below zero."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Engine

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.store.duckdb import Store

NOW = dt.datetime.now(dt.UTC)
HOUR = dt.timedelta(hours=1)
JUMPS = (dt.timedelta(0), HOUR, -HOUR, dt.timedelta(0))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings(data=tmp_path)
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(settings.store_path, settings)
    yield Engine(store, journal, settings)
    store.close()
    journal.close()


def test_what_comes_while_the_clock_jumps_is_loaded_as_it_came(engine: Engine) -> None:
    for number, jump in enumerate(JUMPS):
        # One says no time, one says the right one.
        events = [Event(name="jump", player_id=f"p{number}"), Event(name="jump", player_id=f"p{number}", time=NOW)]
        batch = Batch(received_at=NOW + jump, source="test", game_id="arena", events=events)
        engine.journal.append_and_wait(encode(batch))
        assert engine.loader.waiting_seconds() >= 0
        while engine.loader.load_waiting() is not None:
            assert engine.loader.waiting_seconds() >= 0
    rows = engine.store.query(
        "SELECT player_id, received_at, time FROM events ORDER BY journal_offset, position"
    ).to_pylist()
    plain = NOW.replace(tzinfo=None)
    assert [row["player_id"] for row in rows] == [f"p{number}" for number in range(len(JUMPS)) for _ in range(2)]
    for number, jump in enumerate(JUMPS):
        untimed, timed = rows[2 * number : 2 * number + 2]
        assert untimed["received_at"] == timed["received_at"] == untimed["time"] == plain + jump
        assert timed["time"] == min(plain, plain + jump), "never after it was received"
    assert engine.store.query("SELECT 1 FROM set_aside").num_rows == 0
