"""All of the store and the journal is read, a piece at a time: a block that the disk has changed shows when it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playtrace.cli.findings import Finding
from playtrace.cli.local_server import ServerRefused
from playtrace.config import MEBIBYTE
from playtrace.journal.errors import DamagedRow
from playtrace.journal.sqlite import Journal
from playtrace.store.errors import StoreError

Ask = Callable[[str], list[list[Any]]]
"""Rows of a statement. Raises `StoreError` or `ServerRefused`."""
OnProgress = Callable[[str], None]

ROWS_AT_ONCE = 122_880
"""A row group of the store."""
EVENTS_AT_ONCE = 100_000
SHOWN_MAX = 3
"""Pieces of which it is told what is wrong with them."""
BYTES_AT_ONCE = 32 * MEBIBYTE


def read_store(ask: Ask, on_progress: OnProgress) -> Finding:
    """Every column of every row of every table: a block has a checksum, which is compared when it is read."""
    what = "store's rows"
    rows = 0
    unread: list[str] = []
    try:
        tables: list[str] = [row[0] for row in ask("SELECT table_name FROM duckdb_tables() ORDER BY table_name")]
    except (StoreError, ServerRefused) as error:
        return Finding(what, False, str(error))
    for table in tables:
        try:
            highest: int | None = ask(f'SELECT max(rowid) FROM "{table}"')[0][0]
        except (StoreError, ServerRefused) as error:
            unread.append(f"{table}: {error}")
            continue
        count = 0 if highest is None else highest + 1
        for first in range(0, count, ROWS_AT_ONCE):
            on_progress(f"store: {table}, {first:,} of {count:,} rows")
            last = min(first + ROWS_AT_ONCE, count) - 1
            # A hash of everything in a row: nothing of it can be left unread.
            piece = f'SELECT count(*), max(hash(t)) FROM "{table}" t WHERE rowid BETWEEN {first} AND {last}'
            try:
                rows += _asked_twice(ask, piece)[0][0]
            except (StoreError, ServerRefused) as error:
                unread.append(f"{table}, rows {first:,} to {last:,}: {error}")
    if not unread:
        return Finding(what, True, f"{rows:,} in {len(tables)} tables, all read")
    return Finding(
        what,
        False,
        f"cannot be read: {_shown(unread)}. The other {rows:,} rows can. Look at disk and memory of this machine,"
        " and put store.duckdb back from a backup",
    )


def _asked_twice(ask: Ask, sql: str) -> list[list[Any]]:
    """A server that opens its store again ends what is being read: that is no damage, and damage is there again."""
    try:
        return ask(sql)
    except (StoreError, ServerRefused):
        return ask(sql)


def read_journal(journal: Journal, on_progress: OnProgress) -> Finding:
    """Every row that is kept, compared with its checksum."""
    what = "journal's rows"
    after = events = 0
    damaged: list[str] = []
    while True:
        on_progress(f"journal: {events:,} events")
        try:
            found = journal.read(after, events_max=EVENTS_AT_ONCE, bytes_max=BYTES_AT_ONCE)
        except DamagedRow as row:
            damaged.append(str(row))
            after = row.last_offset
            continue
        if not found:
            break
        after = found[-1].offset
        events += sum(recorded.events for recorded in found)
    if not damaged:
        return Finding(what, True, f"{events:,} events are kept, all read")
    return Finding(
        what,
        False,
        f"{_shown(damaged)}. What is loaded already is in the store; of the rest a start sets these aside, and loads"
        f" the others. {events:,} events can be read",
    )


def _shown(wrong: list[str]) -> str:
    more = f"; and {len(wrong) - SHOWN_MAX} more" if len(wrong) > SHOWN_MAX else ""
    return "; ".join(text.rstrip(".") for text in wrong[:SHOWN_MAX]) + more
