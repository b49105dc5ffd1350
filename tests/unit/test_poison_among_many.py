"""Events that cannot be loaded, among thousands from several games and places: they are set aside, the others load."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import Entry, encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.load.staging import ROWS_PER_CHUNK
from playtrace.store.duckdb import Store

ENTRIES = 3 * ROWS_PER_CHUNK // 100
"""Of 100 events each: more than one chunk of what is staged."""
POISONED = {7: "arena", ENTRIES // 2: "", ENTRIES - 1: "maze"}
"""Entry to the game that all its events belong to; in one of them each event names its own."""


def test_poison_among_many(tmp_path: Path):
    settings = Settings(data=tmp_path)
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(settings.store_path, settings)
    try:
        entries = [entry(number) for number in range(ENTRIES)]
        loaded = Loader(store, journal, settings).load_entries(entries)
        assert (loaded.stored, loaded.quarantined) == (100 * ENTRIES - len(POISONED), len(POISONED))
        set_aside = store.query("SELECT game_id, reason, body FROM set_aside ORDER BY journal_offset").to_pylist()
        assert [(row["game_id"], row["reason"], row["body"].rstrip()) for row in set_aside] == [
            (game, "unloadable", "{nonsense") for game in POISONED.values()
        ]
        assert store.query("SELECT count(*) AS n FROM events").to_pylist() == [{"n": loaded.stored}]
    finally:
        journal.close()
        store.close()


def entry(number: int) -> Entry:
    game_id = POISONED.get(number, "arena" if number % 2 else "maze") or None
    events = [Event(name="jump", game_id=None if game_id else "arena") for _ in range(100)]
    batch = Batch(
        received_at=dt.datetime.now(dt.UTC),
        source="events",
        events=events,
        game_id=game_id,
        country="DE" if number % 3 else None,
    )
    whole = encode(batch)
    if number not in POISONED:
        return whole
    lines = whole.body.splitlines(keepends=True)
    lines[5] = b"{nonsense\n"
    return Entry(whole.header, 100, b"".join(lines))
