"""All of the store and the journal is read, a piece at a time: a block that the disk has changed shows when it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playtrace.journal.errors import DamagedRow
from playtrace.journal.file import rows_in
from playtrace.operate.findings import Ask, CannotAsk, Finding, OnProgress
from playtrace.operate.tables import blocks_in_use, tables_of
from playtrace.store.blocks import damaged_blocks

ROWS_AT_ONCE = 122_880
"""A row group of the store."""
SHOWN_MAX = 3
"""Pieces of which it is told what is wrong with them."""
SAVE_STORE = (
    "What can be read is saved by questions, and what was whole by a backup: restore one (`playtrace restore`) into a"
    " new folder, or put its store.duckdb in the place of this one while the server is stopped; what the journal still"
    " has is loaded into it. Look at the disk and the memory of this machine"
)


def read_store(ask: Ask, on_progress: OnProgress) -> Finding:
    """Every column of every row of every table: a block has a checksum, which is compared when it is read."""
    what = "store's rows"
    rows = 0
    unread: list[str] = []
    try:
        tables = tables_of(ask)
    except CannotAsk as error:
        return Finding(what, False, str(error))
    for table in tables:
        try:
            highest: int | None = ask(f'SELECT max(rowid) FROM "{table}"')[0][0]
        except CannotAsk as error:
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
            except CannotAsk as error:
                unread.append(f"{table}, rows {first:,} to {last:,}: {error}")
    if not unread:
        return Finding(what, True, f"{rows:,} in {len(tables)} tables, all read")
    return Finding(what, False, f"cannot be read: {_shown(unread)}. The other {rows:,} rows can. {SAVE_STORE}")


def _asked_twice(ask: Ask, sql: str) -> list[list[Any]]:
    """A server that opens its store again ends what is being read: that is no damage, and damage is there again."""
    try:
        return ask(sql)
    except CannotAsk:
        return ask(sql)


def suspect_blocks(path: Path, on_progress: OnProgress) -> list[int]:
    """Blocks of the store's file whose checksum differs twice, -1 for its headers and its end; some may be free.

    Whoever calls it has the file not open: closing it here would end the locks on it. Raises `OSError`.
    """
    on_progress("store: checksums of all blocks")
    found = set(damaged_blocks(path))
    # One that was just being written is whole the next time.
    return sorted(found & set(damaged_blocks(path))) if found else []


def judge_blocks(suspects: list[int], ask: Ask, blocks_bytes: int) -> Finding:
    """Whether any of these is in use, by a store that says which are."""
    what = "store's blocks"
    if suspects:
        try:
            used = blocks_in_use(ask)
        except CannotAsk as error:
            return Finding(what, False, f"{len(suspects)} may be damaged, and which are in use cannot be read: {error}")
        suspects = [block for block in suspects if block in used or block < 0]
    if not suspects:
        return Finding(what, True, f"{blocks_bytes / 1e6:,.1f} MB, the checksums of all are right")
    named = ", ".join("the file's headers or its end" if block < 0 else str(block) for block in suspects[:SHOWN_MAX])
    more = f" and {len(suspects) - SHOWN_MAX} more" if len(suspects) > SHOWN_MAX else ""
    return Finding(
        what,
        False,
        f"{named}{more}: in use and not as written. `playtrace verify` says which rows cannot be read. {SAVE_STORE}",
    )


def read_journal(path: Path, on_progress: OnProgress) -> Finding:
    """Every row that is kept, compared with its checksum; beside whoever writes it.

    Raises `sqlite3.Error` and `OSError`.
    """
    what = "journal's rows"
    events = 0
    damaged: list[str] = []
    for found in rows_in(path):
        if isinstance(found, DamagedRow):
            damaged.append(str(found))
        else:
            events += found
        on_progress(f"journal: {events:,} events")
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
