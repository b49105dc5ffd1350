"""Tables that are small, and change anywhere: who is one player, segments, what was removed. Each is copied whole, when
it is another than it was, and takes the place of the one before in one moment.

Where several loaders share the games, each has a partition of these tables, which is replaced so. In a cluster of
ClickHouse's own a partition is forgotten and filled again: in between nothing of it is there.
"""

from __future__ import annotations

import hashlib
from typing import LiteralString
from uuid import uuid4

import pyarrow as pa
from msgspec import structs

from playtrace.rollups import ROLLUPS, player_merges
from playtrace.rollups.rollup import Sql
from playtrace.shares import ALL, Share
from playtrace.store.clickhouse.reader import errors
from playtrace.store.clickhouse.schema import (
    BY_NAME,
    REMOVED_BEFORE,
    REMOVED_EVENTS,
    REPLACED,
    SEGMENT_MEMBERS,
    SEGMENTS,
    Table,
    of_shares,
)
from playtrace.store.clickhouse.sending import Sending
from playtrace.store.clickhouse.slices import COPIED
from playtrace.store.clickhouse.store import ClickHouseStore
from playtrace.store.duckdb import Reader

BUILT: frozenset[Sql] = frozenset(rollup.table for rollup in COPIED)


def _whole(table: Sql, columns: dict[Sql, Sql]) -> Sql:
    return "SELECT " + ", ".join(columns) + " FROM main." + table + " ORDER BY ALL"


# A rollup that is not copied is made of events when it is asked for: as if all of it was being made anew.
NOT_BUILT: Sql = " OR ".join(["rollup = '" + rollup.table + "'" for rollup in ROLLUPS if rollup.table not in BUILT])
BUILDS: LiteralString = f"""
SELECT rollup, version, CASE WHEN {NOT_BUILT} THEN DATE '1970-01-01' ELSE NULL END AS built_to
FROM rollup_builds
ORDER BY rollup
"""

WHOLE: dict[Sql, Sql] = {
    "player_merges": _whole("player_merges", player_merges.COLUMNS),
    "segments": _whole("segments", SEGMENTS),
    "segment_members": _whole("segment_members", SEGMENT_MEMBERS),
    "removed_before": _whole("removed_before", REMOVED_BEFORE),
    "removed_events": _whole("removed_events", REMOVED_EVENTS),
    "rollup_builds": BUILDS,
}


class SmallTables:
    """Copies those that changed."""

    def __init__(self, into: ClickHouseStore, sending: Sending, share: Share = ALL) -> None:
        self._into = into
        self._share = share
        self._cluster = into.address.cluster
        # In a cluster what holds the rows is changed, on all servers; what distributes them stays.
        self._local, self._on = ("_local", f" ON CLUSTER {self._cluster}") if self._cluster else ("", "")
        self._sending = sending
        self._copied: dict[str, bytes] = {}
        """What each was when it was copied last."""

    def copy(self, moment: Reader) -> bool:
        """Whether any had changed. Raises `StoreError`; then the next one copies them."""
        changed = False
        for name, text in WHOLE.items():
            rows = moment.query(text)
            known = _digest(rows)
            if self._copied.get(name) != known:
                self._replace(name, rows)
                self._copied[name] = known
                changed = True
        return changed

    def _replace(self, name: str, rows: pa.Table) -> None:
        own, local, on = self._share.number, self._local, self._on
        is_of_share = name in REPLACED and not self._share.is_all
        if is_of_share and (self._cluster or not rows.num_rows):
            with errors():
                self._into.client.command(f"ALTER TABLE {name}{local}{on} DROP PARTITION {own:d}")
            self._sending.send(name, rows, uuid4().hex)
            return
        anew = self._anew(of_shares(BY_NAME[name], self._share.of) if is_of_share else BY_NAME[name])
        forget = [f"DROP TABLE IF EXISTS {each}{on} SYNC" for each in {anew.name, anew.name + local}]
        if is_of_share:
            take_its_place = f"ALTER TABLE {name} REPLACE PARTITION {own:d} FROM {anew.name}"
        else:
            take_its_place = f"EXCHANGE TABLES {anew.name}{local} AND {name}{local}{on}"
        with errors():
            for statement in [*forget, *anew.creation(self._cluster)]:
                self._into.client.command(statement)
            self._sending.send(anew.name, rows, uuid4().hex)
            for statement in [take_its_place, *forget]:
                self._into.client.command(statement)

    def _anew(self, table: Table) -> Table:
        """One that is to take its place. Each share has one of its own."""
        of_share = "" if self._share.is_all else f"_{self._share.number}"
        return structs.replace(table, name=f"{table.name}_anew{of_share}")


def _digest(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return hashlib.sha256(sink.getvalue()).digest()
