"""`GET /stats` beside the plain computation while its rollup is made anew, which it was not there before an upgrade."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Engine
from jwc_stats_oracle import Sent, random_events, same, stats

from playtrace.collect.request import Request
from playtrace.config import Settings
from playtrace.journal.sqlite import Journal
from playtrace.load.rebuild import Rebuild
from playtrace.protocols.jwc.sending import Jwc
from playtrace.protocols.jwc.stats import read_stats
from playtrace.store.duckdb import Store

NOW = dt.datetime(2026, 3, 28, 20, tzinfo=dt.UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings(data=tmp_path)
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(settings.store_path, settings)
    yield Engine(store, journal, settings)
    store.close()
    journal.close()


def send(engine: Engine, events: list[dict[str, Any]], game: str, country: str | None) -> list[Sent]:
    body = json.dumps({"schema": "jwc.v1", "batch": events}).encode()
    request = Request("/t", {"gameId": game}, {}, body, NOW, country=country)
    loaded = engine.loader.load_batches([Jwc(salt="salt").read(request)])
    assert loaded.stored == len(events)
    return [(event, country) for event in events]


def answer(engine: Engine, game: str | None, first: dt.date | None, last: dt.date | None) -> dict[str, Any]:
    found = read_stats(engine.store, game, first, last, NOW.date())
    return json.loads(found.model_dump_json(by_alias=True))


def reopen(engine: Engine) -> Rebuild:
    engine.store.close()
    engine.store = Store.open(engine.settings.store_path, engine.settings)
    engine.loader = type(engine.loader)(engine.store, engine.journal, engine.settings)
    return Rebuild(engine.store, engine.settings, lambda days: None)


def test_statistics_are_right_before_while_and_after_an_upgrade_makes_what_they_read(engine: Engine) -> None:
    of_one = send(engine, random_events(3, 1_200, NOW), "one", "DE")
    of_both = of_one + send(engine, random_events(4, 800, NOW), "two", None)
    days = sorted({dt.datetime.fromtimestamp(event["t"] / 1000, dt.UTC).date() for event, _ in of_both})

    def check() -> None:
        same(answer(engine, None, None, None), stats(of_both, days[0], days[-1]))
        same(answer(engine, "one", days[2], days[-3]), stats(of_one, days[2], days[-3]))

    check()
    # As a playtrace left it that did not know the table.
    with engine.store.writing() as connection:
        connection.execute("DROP TABLE jwc_usage")
        connection.execute("DELETE FROM rollup_builds WHERE rollup = 'jwc_usage'")
    rebuild = reopen(engine)
    assert (engine.store.query("FROM jwc_usage").num_rows, rebuild.day) == (0, days[0])
    check()
    for _ in range(9):
        rebuild.work()
    assert rebuild.day == days[9]
    assert engine.store.query("FROM jwc_usage").num_rows > 0
    check()
    # Of days that are made, and of days that are not.
    of_both += send(engine, random_events(5, 300, NOW), "two", "US")
    check()
    rebuild = reopen(engine)
    while rebuild.work() is not None:
        pass
    check()
    engine.compact(days)
    (row,) = engine.store.query("SELECT sum(events)::BIGINT AS events, count(*) AS rows FROM jwc_usage").to_pylist()
    assert row["events"] == 2_300
    check()


def test_the_same_that_is_done_again_within_an_hour_is_one_row(engine: Engine) -> None:
    run = {"anon": "ann", "evt": "java.run.completed", "m": {"durationMs": 40, "waitMsTotal": 0.1}}
    last = int(NOW.timestamp() * 1000) - 1
    sent: list[Sent] = []
    for minutes in range(10):
        sent += send(engine, [run | {"t": last - minutes * 60_000}], "one", "DE")
    engine.compact([NOW.date()])
    assert engine.store.query("SELECT events, waited_us FROM jwc_usage").to_pylist() == [
        {"events": 10, "waited_us": 1_000}
    ]
    found = answer(engine, "one", None, None)
    assert found["durations"]["avgWaitMs"] == 0.1
    same(found, stats(sent, NOW.date(), NOW.date()))


@pytest.mark.parametrize(("day", "window"), [(dt.date.min, 3_700), (dt.date(1, 1, 9), 3_700), (dt.date.max, 1)])
def test_one_border_at_the_end_of_all_days(engine: Engine, day: dt.date, window: int) -> None:
    send(engine, random_events(6, 10, NOW), "one", None)
    assert answer(engine, None, None, day)["to"] == str(day)
    assert answer(engine, None, day, None)["windowDays"] == window
