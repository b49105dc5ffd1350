"""The tables that questions read, made of the lake's events: rollups by their own definition, each once in a run.

A rollup is worked out when the first question reads it, and kept for the others. What the store alone knows, such as
segments, is not here: those tables are empty.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from playtrace.batch.reader import SparkReader, errors
from playtrace.rollups import MADE_OF_DAYS, ROLLUPS, player_merges
from playtrace.rollups.player_merges import DECISIONS_OF_EVENTS, MERGES_MAX, Decision, canonical_ids
from playtrace.rollups.rollup import PLAYER_BIT, SOURCE_OF_EVENTS, Rollup, Sql
from playtrace.store.clickhouse.schema import (
    BOOKS,
    REMOVED_BEFORE,
    REMOVED_EVENTS,
    ROLLUP_BUILDS,
    SEGMENT_MEMBERS,
    SEGMENTS,
)
from playtrace.store.dialects.spark import TABLES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TYPES: dict[str, str] = {"VARCHAR": "STRING", "TIMESTAMP": "TIMESTAMP_NTZ", "HUGEINT": "DECIMAL(38, 0)"}
"""What Spark calls the types of our columns, where it has another word."""
# Of these, rows are made by pairing with what was before: they are read from events.
FROM_EVENTS: frozenset[Sql] = frozenset(
    rollup.table for rollup in ROLLUPS if not rollup.makes_rows or rollup.table == "position_tails"
)
UNREAD: frozenset[Sql] = frozenset({"jwc_usage"})
"""No metric reads it."""
EMPTY: dict[Sql, dict[Sql, Sql]] = {
    "segments": SEGMENTS,
    "segment_members": SEGMENT_MEMBERS,
    "removed_before": REMOVED_BEFORE,
    "removed_events": REMOVED_EVENTS,
    "books": BOOKS,
    **{of_days.TABLE: of_days.COLUMNS for of_days in MADE_OF_DAYS},
    **{rollup.table: rollup.columns for rollup in ROLLUPS if rollup.table in FROM_EVENTS},
}


class Tables:
    """Those of one run over one lake."""

    def __init__(self, spark: SparkSession, session_timeout: dt.timedelta) -> None:
        self._spark = spark
        self._reader = SparkReader(spark)
        self._session_timeout = session_timeout
        self._kept: list[DataFrame] = []

    def make(self, lake_events: DataFrame) -> SparkReader:
        """Have all tables over these rows of a lake's `events`. Who is one player is read at once, all else when it is
        asked for. Raises `QueryRefused`."""
        with errors():
            self._view("events", lake_events.withColumnRenamed("map", "map_id"))
            for name, columns in EMPTY.items():
                self._view(name, self._rows(columns, []))
            for rollup in ROLLUPS:
                if rollup.table not in FROM_EVENTS | UNREAD:
                    self._view(rollup.table, self._keep(self._rollup(rollup)))
            builds: list[dict[str, object]] = [
                {"rollup": rollup.table, "version": rollup.version, "built_to": "1970-01-01"}
                for rollup in ROLLUPS
                if rollup.table in FROM_EVENTS
            ]
            self._view("rollup_builds", self._rows(ROLLUP_BUILDS, builds))
            self._view(player_merges.TABLE, self._player_merges())
        return self._reader

    def close(self) -> None:
        """Forget what was kept of them."""
        for frame in self._kept:
            frame.unpersist()
        self._kept.clear()

    def _view(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(TABLES + name)

    def _keep(self, frame: DataFrame) -> DataFrame:
        self._kept.append(frame.persist())
        return frame

    def _rollup(self, rollup: Rollup) -> DataFrame:
        text = rollup.made_anew(SOURCE_OF_EVENTS)
        bound: dict[str, object] = {}
        if "$session_timeout" in text:
            bound["session_timeout"] = self._session_timeout
        return self._reader.frame(text, bound)

    def _rows(self, columns: dict[Sql, Sql], rows: Sequence[dict[str, object]]) -> DataFrame:
        """A small table. What it has is bound as a list is; of an empty one Spark knows that it is empty."""
        if not rows:
            nothing = ", ".join(f"CAST(NULL AS {type_of(type_)}) AS {name}" for name, type_ in columns.items())
            return self._spark.sql(f"SELECT {nothing} WHERE false")
        fields = ", ".join(f"{name}: {type_of(type_)}" for name, type_ in columns.items())
        return self._spark.sql(
            f"SELECT inline(from_json(:rows, 'ARRAY<STRUCT<{fields}>>'))", {"rows": json.dumps(rows)}
        )

    def _player_merges(self) -> DataFrame:
        """As the store takes decisions up."""
        found: defaultdict[tuple[str, str], list[Decision]] = defaultdict(list)
        for decided in self._reader.rows(DECISIONS_OF_EVENTS):
            decision = Decision(decided["player_id"], decided["merged_into"], decided["merged_at"], decided["seq"])
            found[decided["game_id"], decided["env"]].append(decision)
        rows: list[dict[str, object]] = []
        for (game_id, env), decisions in found.items():
            first = sorted(decisions, key=lambda one: (one.merged_at, one.seq, one.player_id))[:MERGES_MAX]
            leads = canonical_ids(first)
            for one in first:
                row: dict[str, object] = {"game_id": game_id, "env": env, "canonical_id": leads[one.player_id]}
                rows.append(row | structs.asdict(one) | {"merged_at": one.merged_at.isoformat()})
        columns: dict[Sql, Sql] = {n: type_ for n, type_ in player_merges.COLUMNS.items() if n != "canonical_bit"}
        self._rows(columns, rows).createOrReplaceTempView(TABLES + "decisions")
        names: list[Sql] = list(columns)
        bit: Sql = PLAYER_BIT.replace("player_id", "canonical_id")
        text: Sql = "SELECT " + ", ".join(names) + ", " + bit + " AS canonical_bit FROM main.decisions"
        return self._reader.frame(text)


def type_of(type_: str) -> str:
    """What Spark calls a type of ours."""
    base = type_.removesuffix(" NOT NULL")
    return TYPES.get(base, base)
