"""The tables in ClickHouse, as text: on one server, or replicated and distributed over a cluster.

Rollups have the same rows as in DuckDB, and questions merge them in the same way. Where sums, minima and bits are all
that merging does, ClickHouse's own merges make the rows fewer in the background; that changes no answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, structs

from playtrace.rollups import MADE_OF_DAYS, ROLLUPS, player_merges
from playtrace.rollups.rollup import Rollup, Sql

VERSION = 1
"""Of all that is here; a change is a migration."""

TYPES: dict[str, Sql] = {
    "VARCHAR": "String",
    "TIMESTAMP": "DateTime64(6, 'UTC')",
    "DATE": "Date32",
    "BOOLEAN": "Bool",
    "TINYINT": "Int8",
    "SMALLINT": "Int16",
    "INTEGER": "Int32",
    "BIGINT": "Int64",
    "HUGEINT": "Int128",
    "DOUBLE": "Float64",
}
"""What ClickHouse calls the types of our columns."""
FEW: frozenset[str] = frozenset(
    {"game_id", "env", "name", "platform", "os", "version", "build", "country", "region", "severity", "source"}
    | {"currency", "map_id", "outcome", "reason", "what"}
)
"""Columns whose values are few and come again and again: each is kept once."""

EVENTS: dict[Sql, Sql] = {
    "game_id": "VARCHAR NOT NULL",
    "event_id": "UUID NOT NULL",
    "name": "VARCHAR NOT NULL",
    "time": "TIMESTAMP NOT NULL",
    "client_time": "TIMESTAMP",
    "received_at": "TIMESTAMP NOT NULL",
    "seq": "BIGINT",
    "mono_ms": "BIGINT",
    "player_id": "VARCHAR",
    "session_id": "VARCHAR",
    "device_id": "VARCHAR",
    "env": "VARCHAR NOT NULL",
    "platform": "VARCHAR",
    "os": "VARCHAR",
    "version": "VARCHAR",
    "build": "VARCHAR",
    "country": "VARCHAR",
    "region": "VARCHAR",
    "severity": "VARCHAR NOT NULL",
    "source": "VARCHAR NOT NULL",
    "match_id": "VARCHAR",
    "level": "VARCHAR",
    "map_id": "VARCHAR",
    "x": "DOUBLE",
    "y": "DOUBLE",
    "z": "DOUBLE",
    "value": "DOUBLE",
    "currency": "VARCHAR",
    "props": "JSON",
    "journal_offset": "BIGINT NOT NULL",
    "position": "INTEGER NOT NULL",
}
PROPS_AS_SENT: dict[Sql, Sql] = {"props_text": "VARCHAR"}
# As a cast: what reads rows of Arrow would refuse an event with a path that is there twice.
PROPS: dict[Sql, Sql] = {"props_text": "String EPHEMERAL '{}'", "props": "JSON DEFAULT CAST(props_text AS JSON)"}
"""Properties come as text, which is not kept, and are stored as JSON."""
BOOKS: dict[Sql, Sql] = {
    "game_id": "VARCHAR NOT NULL",
    "hour": "TIMESTAMP NOT NULL",
    "outcome": "VARCHAR NOT NULL",
    "reason": "VARCHAR NOT NULL",
    "events": "BIGINT NOT NULL",
}
BOOKS_TOLD: dict[Sql, Sql] = {**BOOKS, "told": "BIGINT NOT NULL"}
"""A row says up to which offset it was told: the largest holds."""
SET_ASIDE: dict[Sql, Sql] = {
    "game_id": "VARCHAR NOT NULL",
    "received_at": "TIMESTAMP NOT NULL",
    "outcome": "VARCHAR NOT NULL",
    "reason": "VARCHAR NOT NULL",
    "error": "VARCHAR NOT NULL",
    "body": "VARCHAR NOT NULL",
    "journal_offset": "BIGINT NOT NULL",
    "position": "INTEGER NOT NULL",
}
REMOVED_BEFORE: dict[Sql, Sql] = {
    "game_id": "VARCHAR NOT NULL",
    "what": "VARCHAR NOT NULL",
    "name": "VARCHAR NOT NULL",
    "day": "DATE NOT NULL",
}
REMOVED_EVENTS: dict[Sql, Sql] = {
    "game_id": "VARCHAR NOT NULL",
    "hour": "TIMESTAMP NOT NULL",
    "reason": "VARCHAR NOT NULL",
    "events": "BIGINT NOT NULL",
}
ROLLUP_BUILDS: dict[Sql, Sql] = {"rollup": "VARCHAR NOT NULL", "version": "INTEGER NOT NULL", "built_to": "DATE"}
SEGMENTS: dict[Sql, Sql] = {
    "game_id": "VARCHAR NOT NULL",
    "segment_id": "VARCHAR NOT NULL",
    "env": "VARCHAR NOT NULL",
    "made_at": "TIMESTAMP NOT NULL",
    "rule": "VARCHAR",
    "as_of": "DATE",
    "refresh": "VARCHAR",
}
SEGMENT_MEMBERS: dict[Sql, Sql] = {
    "game_id": "VARCHAR NOT NULL",
    "segment_id": "VARCHAR NOT NULL",
    "player_id": "VARCHAR NOT NULL",
}
SLICES: dict[Sql, Sql] = {
    "source": "VARCHAR NOT NULL",
    "after_offset": "BIGINT NOT NULL",
    "to_offset": "BIGINT NOT NULL",
    "is_whole": "BOOLEAN NOT NULL",
    "events": "BIGINT NOT NULL",
    "noted_at": "TIMESTAMP NOT NULL",
}
"""Which slices of a source are being copied, and which are: a row before the first of its rows, one after the last."""

SHARES: dict[Sql, Sql] = {
    "share": "INTEGER NOT NULL",
    "shares": "INTEGER NOT NULL",
    "source": "VARCHAR NOT NULL",
    "noted_at": "TIMESTAMP NOT NULL",
}
"""Which store each share of the games comes from: the first that was noted holds."""

BLOCKS_REMEMBERED = 1_000
"""So many blocks of a table are known by their token: of a slice that is repeated none counts twice."""


class Table(Struct, frozen=True):
    """A table, its columns in our types, and how its rows lie."""

    name: Sql
    columns: dict[Sql, Sql]
    order: Sql
    engine: Sql = "MergeTree"
    of_engine: Sql = ""
    """What the engine is told, where it is told something."""
    partition: str = ""
    changed: dict[Sql, Sql] = {}
    """Columns whose type is another than the usual."""

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    def creation(self, cluster: str | None = None) -> list[str]:
        """Statements that make it. In a cluster a game's rows lie on one shard, so that questions about it are answered
        there."""
        columns = ",\n".join(
            f"    {name} {self.changed.get(name) or type_of(name, t)}" for name, t in self.columns.items()
        )
        partition = f"\nPARTITION BY {self.partition}" if self.partition else ""
        window = f"{'replicated' if cluster else 'non_replicated'}_deduplication_window = {BLOCKS_REMEMBERED}"
        end = f"{partition}\nORDER BY ({self.order})\nSETTINGS {window}"
        if cluster is None:
            return [
                f"CREATE TABLE IF NOT EXISTS {self.name} (\n{columns}\n)\nENGINE = {self.engine}({self.of_engine}){end}"
            ]
        of_engine = ", ".join(
            part
            # By its id: a table that takes the place of another goes on where it keeps its state.
            for part in ("'/clickhouse/tables/{uuid}/{shard}', '{replica}'", self.of_engine)
            if part
        )
        key = "cityHash64(game_id)" if "game_id" in self.columns else "0"
        return [
            f"CREATE TABLE IF NOT EXISTS {self.name}_local ON CLUSTER {cluster} (\n{columns}\n)\n"
            f"ENGINE = Replicated{self.engine}({of_engine}){end}",
            f"CREATE TABLE IF NOT EXISTS {self.name} ON CLUSTER {cluster} AS {self.name}_local\n"
            f"ENGINE = Distributed({cluster}, currentDatabase(), {self.name}_local, {key})",
        ]


def type_of(name: str, type_: str) -> str:
    """What ClickHouse calls a type of ours, for a column of this name."""
    base = type_.removesuffix(" NOT NULL")
    own = TYPES.get(base, base)
    if own != "JSON" and base == type_:
        own = f"Nullable({own})"
    return f"LowCardinality({own})" if name in FEW and base == "VARCHAR" else own


OWN_MERGES: dict[str, tuple[Sql, Sql, dict[Sql, Sql]]] = {
    "event_counts": ("SummingMergeTree", "(events, value_micros, frames_micros, frames_us)", {}),
    "player_days": (
        "AggregatingMergeTree",
        "",
        {
            "slots_am": "SimpleAggregateFunction(groupBitOr, Int64)",
            "slots_pm": "SimpleAggregateFunction(groupBitOr, Int64)",
        },
    ),
    "map_extents": (
        "AggregatingMergeTree",
        "",
        {
            "events": "SimpleAggregateFunction(sum, Int64)",
            "min_x": "SimpleAggregateFunction(min, Float64)",
            "min_y": "SimpleAggregateFunction(min, Float64)",
            "max_x": "SimpleAggregateFunction(max, Float64)",
            "max_y": "SimpleAggregateFunction(max, Float64)",
            "min_z": "SimpleAggregateFunction(min, Nullable(Float64))",
            "max_z": "SimpleAggregateFunction(max, Nullable(Float64))",
        },
    ),
}
"""Rollups whose rows ClickHouse merges by itself: the engine, what it is told, the columns that it merges by. Its key
is all other columns, as that of our own merge is."""

# Of others only the row that is first counts, which `merge` knows by its key: they are merged when asked.
FIRST_SEEN: Sql = """
SELECT game_id, env, player_id, min(row.first_seen) AS first_seen, min(row.order_key) AS order_key,
    argMin(row.platform, row.order_key) AS platform, argMin(row.version, row.order_key) AS version,
    argMin(row.country, row.order_key) AS country
FROM players_met AS row
GROUP BY game_id, env, player_id
"""
"""Players, each once: the rows that were met, of which several slices may bring one. Whoever asks reads it unmerged."""

LATEST_BOOKS: Sql = "SELECT game_id, hour, outcome, reason, events FROM books_told FINAL"
"""The books: a slice tells those of its hours whole, and the latest telling holds."""

VIEWS: dict[Sql, Sql] = {"players": FIRST_SEEN, "books": LATEST_BOOKS}


def rows_table(rollup: Rollup) -> Sql:
    """Where its rows lie: those of players are read through a view."""
    return "players_met" if rollup.table == "players" else rollup.table


def _rollup(rollup: Rollup) -> Table:
    engine, of_engine, changed = OWN_MERGES.get(rollup.table, ("MergeTree", "", {}))
    summed = {name.strip() for name in of_engine.strip("()").split(",")}
    keys: list[Sql] = [name for name in rollup.columns if name not in changed and name not in summed]
    merged: Sql = ", ".join(keys)
    order: Sql = merged if rollup.table in OWN_MERGES else KEYS[rollup.table]
    return Table(rows_table(rollup), rollup.columns, order, engine, of_engine, "toYYYYMM(" + rollup.day + ")", changed)


KEYS: dict[str, Sql] = {
    "players": "game_id, env, player_id",
    "sessions": "game_id, env, started_at",
    "position_spans": "game_id, env, map_id, time",
    "position_tails": "game_id, env, session_id",
    "located_events": "game_id, env, name, time",
    "jwc_usage": "game_id, env, slot",
    "noted_events": "game_id, env, name, time",
    "payments": "game_id, env, time",
    "performance_samples": "game_id, env, time",
}

TABLES: tuple[Table, ...] = (
    Table(
        "events",
        EVENTS | PROPS_AS_SENT,
        "game_id, env, toDate(time), name, time",
        partition="toYYYYMM(time)",
        changed=PROPS,
    ),
    *map(_rollup, ROLLUPS),
    *(Table(of_days.TABLE, of_days.COLUMNS, "game_id, env, day") for of_days in MADE_OF_DAYS),
    Table("player_merges", player_merges.COLUMNS, "game_id, env, player_id"),
    Table("segments", SEGMENTS, "game_id, segment_id"),
    Table("segment_members", SEGMENT_MEMBERS, "game_id, segment_id, player_id"),
    Table("removed_before", REMOVED_BEFORE, "game_id"),
    Table("removed_events", REMOVED_EVENTS, "game_id"),
    Table("rollup_builds", ROLLUP_BUILDS, "rollup"),
    Table("set_aside", SET_ASIDE, "game_id, received_at", partition="toYYYYMM(received_at)"),
    Table(
        "books_told",
        BOOKS_TOLD,
        "game_id, hour, outcome, reason",
        engine="ReplacingMergeTree",
        of_engine="told",
        changed={"told": "UInt64"},
    ),
    Table("slices", SLICES, "source, after_offset"),
    Table("shares", SHARES, "share"),
)
BY_NAME = {table.name: table for table in TABLES}
REPLACED = frozenset({"player_merges", "segments", "segment_members", "removed_before", "removed_events"})
"""Tables of games that are copied whole (`small_tables.py`)."""


def of_shares(table: Table, shares: int) -> Table:
    """A small table that several loaders fill: each replaces its own part."""
    return table if shares == 1 else structs.replace(table, partition=f"CRC32(game_id) % {shares:d}")


def statements(cluster: str | None = None, shares: int = 1) -> Iterator[str]:
    """All that makes an empty database, in order."""
    for table in TABLES:
        yield from (of_shares(table, shares) if table.name in REPLACED else table).creation(cluster)
    on = f" ON CLUSTER {cluster}" if cluster else ""
    for name, text in VIEWS.items():
        yield f"CREATE VIEW IF NOT EXISTS {name}{on} AS {text.strip()}"
