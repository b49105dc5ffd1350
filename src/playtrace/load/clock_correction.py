"""The clocks of one load: what the rule (`clocks`) has to know, asked of the store, and what it decided, as tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, LiteralString

import duckdb
import numpy as np
import pyarrow as pa
from msgspec import Struct

from playtrace.load import steps
from playtrace.load.clocks import Decisions, Device, Reading, Session, decide
from playtrace.sent_at import presumed_s

Step = Callable[[str, LiteralString], None]
"""Runs one of the steps, by name."""


class Corrected(Struct, frozen=True):
    decisions: Decisions
    corrections: pa.Table
    """Those that are not what was presumed when the events were parsed."""


def sent_of(lines: pa.Table) -> pa.Table:
    """The entries whose clock seems to be wrong, once each, and when they were sent."""
    wrong = np.flatnonzero(lines["reading_s"].to_numpy())
    _, first = np.unique(lines["journal_offset"].to_numpy()[wrong], return_index=True)
    names = ["journal_offset", "sent_us", "reading_s", "is_certain"]
    return lines.select(names).take(pa.array(wrong[first]))


def correct(connection: duckdb.DuckDBPyConnection, step: Step) -> Corrected:
    """With `sent` registered. Leaves the table `readings` behind."""
    step("find readings", steps.FIND_READINGS)
    step("list readings", steps.LIST_READINGS)
    rows = connection.fetchall()
    if not rows:
        return Corrected(Decisions(), _corrections([], []))
    readings = [_reading(row) for row in rows]
    step("list decided sessions", steps.LIST_DECIDED_SESSIONS)
    sessions: dict[Session, int] = {(game, owner, session): s for game, owner, session, s in connection.fetchall()}
    step("list clock readings", steps.LIST_CLOCK_READINGS)
    devices: dict[tuple[str, str], Device] = {}
    for game, device, reading_s, sent_us in connection.fetchall():
        devices.setdefault((game, device), Device({})).readings[reading_s] = sent_us
    step("list known players", steps.LIST_KNOWN_PLAYERS)
    players = {(game, player): since for game, player, since in connection.fetchall()}
    decisions = decide(readings, sessions, devices, players)
    return Corrected(decisions, _corrections(rows, decisions.corrections))


def session_clocks(decisions: Decisions) -> pa.Table:
    rows = [
        (game, owner, session, correction, received_us)
        for (game, owner, session), (correction, received_us) in decisions.sessions.items()
    ]
    return _table(rows, game_id=pa.string(), owner=pa.string(), session_id=pa.string(), correction_s=pa.int64(),
                  decided_us=pa.int64())  # fmt: skip


def clock_readings(decisions: Decisions) -> pa.Table:
    rows = [
        (*device, reading_s, sent_us, received_us) for device, reading_s, sent_us, received_us in decisions.readings
    ]
    return _table(rows, game_id=pa.string(), device=pa.string(), reading_s=pa.int64(), sent_us=pa.int64(),
                  received_us=pa.int64())  # fmt: skip


def _reading(row: tuple[Any, ...]) -> Reading:
    (game, session, owner, player, device, offset, received_us, sent_us, reading_s, is_certain, first_us, last_us,
     is_passive) = row  # fmt: skip
    return Reading(
        journal_offset=offset,
        session=None if session is None else (game, owner, session),
        device=None if device is None else (game, device),
        player=None if player is None else (game, player),
        received_us=received_us,
        sent_us=sent_us,
        reading_s=reading_s,
        is_certain=bool(is_certain),
        first_us=first_us,
        last_us=last_us,
        is_passive=is_passive,
    )


def _corrections(rows: list[tuple[Any, ...]], corrections: list[int]) -> pa.Table:
    changed = [
        (game, session, player, device, offset, correction)
        for (game, session, _, player, device, offset, _, _, reading_s, is_certain, *_), correction in zip(
            rows, corrections, strict=True
        )
        if correction != presumed_s(reading_s, bool(is_certain))
    ]
    return _table(changed, game_id=pa.string(), session_id=pa.string(), player_id=pa.string(), device=pa.string(),
                  journal_offset=pa.int64(), correction_s=pa.int64())  # fmt: skip


def _table(rows: list[tuple[Any, ...]], **types: pa.DataType) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(types)
    return pa.table(
        {name: pa.array(column, type_) for (name, type_), column in zip(types.items(), columns, strict=True)}
    )
