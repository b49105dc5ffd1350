"""The views that people read in SQL, beside plain Python over the events of small games that Hypothesis makes up."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import given
from hypothesis import strategies as st
from small_games import MIDNIGHT, NOW, Events, activity, agreeing, events_of, sessions

from playtrace.event import PASSIVE_EVENTS
from playtrace.sql.answer import respond
from playtrace.sql.orders import Reach
from playtrace.sql.views import VIEWS

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text("utf-8")
QUARTER = dt.timedelta(minutes=15)
ALL = Reach(views=True)
DIMENSIONS = ("platform", "version", "country")


def ask(engine: Engine, sql: str, reach: Reach = ALL) -> list[list[Any]]:
    with engine.store.reading() as reader:
        return json.loads(respond(reader, sql, reach))["rows"]


def loaded(engine: Engine, events: Events, loads: int, compacted: bool) -> tuple[str, Events]:
    """The game, and its events in the order in which they arrived."""
    game = engine.new_game()
    parts = [events[part::loads] for part in range(loads) if events[part::loads]]
    for part in parts:
        engine.load(game, part)
    if compacted:
        engine.compact([(MIDNIGHT + dt.timedelta(days=day)).date() for day in range(-1, 8)])
    return game, [event for part in parts for event in part]


def instant(moment: dt.datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"


def by_env(events: Events) -> dict[str, Events]:
    found: defaultdict[str, Events] = defaultdict(list)
    for event in events:
        found[event.get("env", "prod")].append(event)
    return found


def how(events: st.SearchStrategy[Events]) -> Any:
    return given(events=events, loads=st.integers(1, 3), compacted=st.booleans(), is_one_game=st.booleans())


def reach_of(game: str, is_one_game: bool) -> Reach:
    return Reach(views=True, views_alone=is_one_game, game_ids=[game] if is_one_game else None)


@agreeing
@how(sessions)
def test_sessions(engine: Engine, events: Events, loads: int, compacted: bool, is_one_game: bool) -> None:
    game, events = loaded(engine, events, loads, compacted)
    expected: Counter[tuple[Any, ...]] = Counter()
    for env in by_env(events):
        question = oracle.Question({"from": NOW, "to": NOW, "env": env}, NOW)
        for session in oracle.sessions(question, events):
            start = instant(session["time"])
            dimensions = [session[name] for name in DIMENSIONS]
            length_ms = round(session["seconds"] * 1000)
            expected[env, session["player_id"], start, length_ms, session["crashes"], *dimensions] += 1
    rows = ask(
        engine,
        "SELECT env, player_id, started_at, round(length_s * 1000)::BIGINT, crashes, platform, version, country"
        f" FROM sessions WHERE game_id = '{game}'",
        reach_of(game, is_one_game),
    )
    assert Counter(tuple(row) for row in rows) == expected


@agreeing
@how(activity)
def test_players_and_their_days(engine: Engine, events: Events, loads: int, compacted: bool, is_one_game: bool) -> None:
    game, events = loaded(engine, events, loads, compacted)
    players, days = [], []
    for env, own in by_env(events).items():
        question = oracle.Question({"from": NOW, "to": NOW, "env": env}, NOW)
        entries = oracle.entries(question, own)
        active = [event for event in own if event.get("player_id") and event["name"] not in PASSIVE_EVENTS]
        for player, first in entries.items():
            times = sorted(event["time"] for event in active if event["player_id"] == player)
            by_day: defaultdict[dt.date, set[dt.datetime]] = defaultdict(set)
            for time in times:
                by_day[time.date()].add(
                    dt.datetime.min + (time.replace(tzinfo=None) - dt.datetime.min) // QUARTER * QUARTER
                )
            last = max(max(quarters) for quarters in by_day.values())
            dimensions = [first.get(name) for name in DIMENSIONS]
            players.append([env, player, instant(first["time"]), instant(last), len(by_day), *dimensions])
            for day, quarters in by_day.items():
                ends = instant(min(quarters)), instant(max(quarters))
                days.append([env, day.isoformat(), player, len(quarters), *ends])
    reach = reach_of(game, is_one_game)
    found = ask(engine, f"SELECT * EXCLUDE (game_id) FROM players WHERE game_id = '{game}'", reach)
    assert sorted(found, key=str) == sorted(players, key=str)
    found = ask(engine, f"SELECT * EXCLUDE (game_id) FROM player_days WHERE game_id = '{game}'", reach)
    assert sorted(found, key=str) == sorted(days, key=str)


shopping = events_of(
    "purchase",
    "crash",
    "item_looted",
    value=st.sampled_from((None, 4.99, -4.99)),
    currency=st.sampled_from((None, "USD", "EUR")),
    session_id=st.sampled_from((None, "1")),
    props=st.sampled_from(
        (
            None,
            {"product": "pack", "kind": "iap", "validated": False, "transaction_id": "t1"},
            {"product": 7, "validated": True},
            {"title": "Out of memory", "exception": "OutOfMemory", "stack_trace": [{"function": "main", "line": 3}]},
            {"title": {"of": 1}, "class": "hang"},
        )
    ),
)


@agreeing
@how(shopping)
def test_purchases_and_crashes(engine: Engine, events: Events, loads: int, compacted: bool, is_one_game: bool) -> None:
    game, events = loaded(engine, events, loads, compacted)
    purchases, crashes = [], []
    for event in events:
        props = event.get("props") or {}
        shared = [event.get("env", "prod"), instant(event["time"]), event.get("player_id"), event.get("session_id")]
        if event["name"] == "purchase":
            said = [None if (value := props.get(name)) is None else str(value) for name in ("product", "kind")]
            more = [event.get("value"), event.get("currency"), props.get("transaction_id")]
            purchases.append([*shared, *said, *more, props.get("validated") is not False])
        elif event["name"] == "crash":
            title = props.get("title")
            said = json.dumps(title, separators=(",", ":")) if isinstance(title, dict) else title
            crashes.append(
                [*shared, said, props.get("exception"), props.get("class", "crash"), props.get("stack_trace")]
            )
    reach = reach_of(game, is_one_game)
    found = ask(
        engine,
        "SELECT env, time, player_id, session_id, product, kind, price, currency, transaction_id, is_validated"
        f" FROM purchases WHERE game_id = '{game}'",
        reach,
    )
    assert sorted(found, key=str) == sorted(purchases, key=str)
    found = ask(
        engine,
        "SELECT env, time, player_id, session_id, title, exception, class, stack_trace"
        f" FROM crashes WHERE game_id = '{game}'",
        reach,
    )
    assert sorted(found, key=str) == sorted(crashes, key=str)


def test_a_rollup_that_is_made_anew_is_read_from_the_events(engine: Engine):
    game, _ = loaded(
        engine,
        [
            {"name": "purchase", "time": MIDNIGHT + dt.timedelta(days=day), "player_id": "ann", "session_id": f"s{day}"}
            for day in range(4)
        ],
        2,
        compacted=True,
    )
    sql = "SELECT (SELECT count(*) FROM {0}), (SELECT count(*) FROM {1}), (SELECT sum(active_days) FROM {2})"
    sql += ", (SELECT count(*) FROM {3})"
    sql = sql.format(
        *(f"(FROM {view} WHERE game_id = '{game}')" for view in ("sessions", "purchases", "players", "player_days"))
    )
    assert ask(engine, sql) == [[4, 4, 4, 4]]
    tables = ("sessions", "noted_events", "players", "player_days")
    missing = (MIDNIGHT + dt.timedelta(days=2)).replace(tzinfo=None)
    with pytest.raises(Undo), engine.store.writing() as connection:
        for table, day in zip(tables, ("started_at", "time", "first_seen", "day"), strict=True):
            connection.execute(f"DELETE FROM {table} WHERE game_id = ? AND {day} >= ?", [game, missing])
            connection.execute("UPDATE rollup_builds SET built_to = ? WHERE rollup = ?", [missing.date(), table])
        connection.execute("COMMIT")
        try:
            assert ask(engine, sql) == [[4, 4, 4, 4]]
            assert ask(engine, sql, reach_of(game, is_one_game=True)) == [[4, 4, 4, 4]]
        finally:
            connection.execute("BEGIN")
            connection.execute("UPDATE rollup_builds SET built_to = NULL")
            connection.execute("COMMIT")
            connection.execute("BEGIN")
        raise Undo


class Undo(Exception):
    """The test is over."""


def test_books_balance(engine: Engine):
    game, _ = loaded(engine, [{"name": "a", "time": MIDNIGHT} for _ in range(5)], 2, compacted=False)
    assert ask(engine, f"SELECT outcome, reason, events FROM books WHERE game_id = '{game}'") == [["stored", "", 5]]


def test_the_page_names_every_view_and_column(engine: Engine):
    """They are promised: what is missing here was taken away, or not told."""
    told = {
        view: re.findall(r"^\| `(\w+)`", text.split("\n### ")[0].split("\n## ")[0], re.MULTILINE)
        for view, text in re.findall(r"^### `(\w+)`\n(.*?)(?=^### |^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    }
    there = {view: [row[0] for row in ask(engine, f"DESCRIBE {view}")] for view in VIEWS}
    assert {view: sorted(columns) for view, columns in told.items()} == {
        view: sorted(columns) for view, columns in there.items()
    }


@pytest.mark.parametrize("statement", re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL))
def test_what_the_page_shows_runs(engine: Engine, statement: str):
    for reach in (ALL, reach_of("arena", is_one_game=True)):
        ask(engine, statement, reach)
