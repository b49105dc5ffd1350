"""Players who are erased are in nothing that is left: it is what a history without them would have made."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from conftest import Engine
from test_rollups import DAYS, NOON, history, said, said_by_events

from playtrace.event import Batch, Event
from playtrace.rollups import ROLLUPS
from playtrace.store.erasing import SLICES, Erased, erase, same_players
from playtrace.store.raw_gone import note_gone

RECEIVED_AT = NOON + dt.timedelta(days=9)
TIMEOUT = dt.timedelta(minutes=30)
MERGED = {"name": "player_merged", "time": NOON, "player_id": "ann", "props": {"previous_id": "phone"}}
"""What the phone sent before ann signed in on it."""
BY_SERVER = {"name": "player_merged", "time": NOON, "props": {"previous_id": "nobody", "canonical_id": "ann"}}


def load(engine: Engine, events: list[dict[str, Any]], left_out: list[dict[str, Any]] | None = None) -> str:
    """In three loads; who is left out changes nothing of the order in which the others arrive."""
    game = engine.new_game()
    for part in range(3):
        batch = [event for event in events[part::3] if event not in (left_out or [])]
        engine.load(game, batch, received_at=RECEIVED_AT, source=("jwc.v1", "test")[part % 2])
    return game


def take_out(engine: Engine, game: str, *ids: str) -> Erased:
    with engine.store.writing() as connection:
        return erase(connection, game, same_players(connection, game, ids), TIMEOUT)


def stored(engine: Engine, game: str) -> int:
    return engine.store.query("SELECT 1 FROM events WHERE game_id = $game", {"game": game}).num_rows


def test_every_rollup_says_which_of_its_rows_follow_from_which_events() -> None:
    assert {each.rollup.table for each in SLICES} == {rollup.table for rollup in ROLLUPS}


@pytest.mark.parametrize("seed", range(2))
def test_what_is_left_of_every_rollup_is_what_the_events_say_that_are_left(engine: Engine, seed: int) -> None:
    events = [*history(100 + seed), MERGED, BY_SERVER]
    game, other = load(engine, events), load(engine, events)
    if seed == 1:
        engine.compact(DAYS)
    engine.make_segment(game, "friends", ["ann", "bob"])
    before = {rollup.table: said(engine, rollup, other) for rollup in ROLLUPS}
    erased = take_out(engine, game, "phone" if seed == 1 else "ann")

    theirs = [
        event
        for event in events
        if event.get("player_id", event.get("device_id")) in ("ann", "phone") or event is BY_SERVER
    ]
    rest = len(events) - len(theirs)
    assert stored(engine, game) == rest
    assert erased.rows["events"] == len(theirs)
    for rollup in ROLLUPS:
        assert said(engine, rollup, game) == said_by_events(engine, rollup, game), rollup.table
        assert said(engine, rollup, other) == before[rollup.table], rollup.table
    # As a history in which they never were, but for where the events stood in the journal.
    anew = load(engine, events, left_out=theirs)
    for rollup in ROLLUPS:
        found, expected = (
            [
                {name: value for name, value in row.items() if name not in ("game_id", "order_key", "player_key")}
                for row in said(engine, rollup, each)
            ]
            for each in (game, anew)
        )
        assert sorted(map(str, found)) == sorted(map(str, expected)), rollup.table
    members = engine.store.query("SELECT player_id FROM segment_members WHERE game_id = $game", {"game": game})
    assert members.to_pylist() == [{"player_id": "bob"}]
    assert engine.store.query("FROM player_merges WHERE game_id = $game", {"game": game}).num_rows == 0
    # The books say how much was received, and the events that are gone are accounted for.
    books = engine.store.query(
        "SELECT (SELECT sum(events) FROM books WHERE game_id = $game AND outcome = 'stored')"
        " - (SELECT sum(events) FROM removed_events WHERE game_id = $game) AS stored",
        {"game": game},
    )
    assert int(books.to_pylist()[0]["stored"]) == rest
    # Once more there is nothing to do.
    again = take_out(engine, game, "ann")
    assert {table for table, rows in again.rows.items() if rows} == set()
    assert (again.first_at, again.days) == (None, ())


def test_what_was_set_aside_of_a_player_goes_too(engine: Engine) -> None:
    game = engine.new_game()
    old = [
        Event(name="jump", player_id=player, time=RECEIVED_AT - dt.timedelta(days=90))
        for player in ("p-1", "p-10", "Zoë-of-the-north", "x")
    ]
    engine.loader.load_batches([Batch(received_at=RECEIVED_AT, source="test", game_id=game, events=old)])

    def players() -> int:
        return engine.store.query("FROM set_aside WHERE game_id = $game", {"game": game}).num_rows

    assert players() == 4
    assert take_out(engine, game, "p-1").rows["set_aside"] == 1
    assert take_out(engine, game, "Zoë-of-the-north", "x").rows["set_aside"] == 2
    assert players() == 1


def test_where_events_are_gone_what_names_a_player_goes_and_sums_stay(engine: Engine) -> None:
    game = load(engine, history(7))
    gone_to = DAYS[2]
    with engine.store.writing() as connection:
        note_gone(connection, game, gone_to)
        connection.execute("DELETE FROM events WHERE game_id = ? AND time < ?", [game, gone_to])

    def counted(sql: str) -> Any:
        return engine.store.query_text(sql.replace("GAME", f"'{game}'")).to_pylist()

    sums = f"SELECT sum(events) AS events FROM event_counts WHERE game_id = GAME AND slot < '{gone_to}'"
    before = counted(sums)
    erased = take_out(engine, game, "ann")
    assert erased.days_of_sums == 2
    assert counted(sums) == before
    for rollup in ROLLUPS:
        columns = [name for name in ("player_id", "owner") if name in rollup.columns]
        for column in columns:
            assert counted(f"FROM {rollup.table} WHERE game_id = GAME AND {column} = 'ann'") == [], rollup.table
