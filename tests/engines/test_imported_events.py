"""Imported events in the store: old ones count, each once however long ago it was stored, with its books."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from conftest import Engine

from playtrace.event import IMPORTED, Batch, Event, ImportedEvent, ImportPart, Refusal, RefusalReason

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
LONG_AGO = NOW - dt.timedelta(days=400)


def part_of(game: str, events: list[ImportedEvent], rows_done: int, *, refused: int = 0) -> Batch:
    return Batch(
        received_at=NOW,
        source=IMPORTED,
        game_id=game,
        events=[*events],
        refusals=[Refusal(0, RefusalReason.INVALID, "no event", game_id=game, events=refused)] if refused else [],
        part=ImportPart("history", "2024.csv", rows_done),
    )


def imported(number: int, **fields: object) -> ImportedEvent:
    return ImportedEvent(**{"name": "a", "event_id": UUID(int=number), "time": LONG_AGO, "player_id": "ana"} | fields)


def test_an_id_is_known_however_long_ago_it_was_stored(engine: Engine):
    game = engine.new_game()
    first, own = imported(10**9 + 1), uuid4()
    engine.loader.load_batches(
        [Batch(received_at=LONG_AGO, source="test", game_id=game, events=[Event(name="a", event_id=first.event_id)])]
    )
    batches = [
        part_of(game, [first, imported(10**9 + 2), imported(10**9 + 2)], 3),
        part_of(game, [imported(10**9 + 1), imported(10**9 + 3)], 7, refused=2),
        # What a game sends is looked for as far back as ever.
        Batch(received_at=NOW, source="test", game_id=game, events=[Event(name="b", event_id=own)]),
    ]
    loaded = engine.loader.load_batches(batches)
    assert (loaded.stored, loaded.duplicates, loaded.quarantined, loaded.refused) == (3, 3, 0, 2)
    parts = engine.store.query(
        "SELECT rows_done, stored, duplicates, quarantined, refused FROM import_parts"
        " WHERE game_id = $game AND import_id = 'history' ORDER BY rows_done",
        {"game": game},
    ).to_pylist()
    assert [tuple(part.values()) for part in parts] == [(3, 1, 2, 0, 0), (7, 1, 1, 0, 2)]


def test_a_part_of_nothing_but_refusals_is_noted(engine: Engine):
    game = engine.new_game()
    engine.loader.load_batches([part_of(game, [], 5, refused=5)])
    parts = engine.store.query("SELECT rows_done, refused FROM import_parts WHERE game_id = $game", {"game": game})
    assert parts.to_pylist() == [{"rows_done": 5, "refused": 5}]


def test_it_counts_when_it_says_and_the_clients_clock_is_kept(engine: Engine):
    """Also where the same session's clock was found wrong when the game itself sent it."""
    game = engine.new_game()
    slow = NOW - dt.timedelta(hours=2)
    sent = Event(name="a", event_id=uuid4(), time=slow, player_id="ana", session_id="s-1")
    engine.loader.load_batches([Batch(received_at=NOW, source="test", game_id=game, events=[sent], sent_at=slow)])
    said = LONG_AGO - dt.timedelta(hours=3)
    engine.loader.load_batches(
        [
            part_of(
                game,
                [
                    imported(2 * 10**9 + 1, client_time=said, session_id="s-1"),
                    imported(2 * 10**9 + 2, session_id="s-1"),
                    imported(2 * 10**9 + 3, time=NOW + dt.timedelta(days=9)),
                ],
                3,
            )
        ]
    )
    rows = engine.store.query(
        "SELECT time, client_time FROM events WHERE game_id = $game AND source = 'import' ORDER BY position",
        {"game": game},
    ).to_pylist()
    naive = [dt.datetime.replace(moment, tzinfo=None) for moment in (LONG_AGO, said, NOW)]
    future = (NOW + dt.timedelta(days=9)).replace(tzinfo=None)
    assert [(row["time"], row["client_time"]) for row in rows] == [
        (naive[0], naive[1]),
        (naive[0], naive[0]),
        (naive[2], future),
    ]
