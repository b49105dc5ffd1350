"""A table of facts: its columns with their types, and the question that makes the rows of one day."""

from __future__ import annotations

import datetime as dt
from typing import LiteralString
from zoneinfo import ZoneInfo

import pyarrow as pa
from msgspec import Struct

from playtrace.metrics.frame.asking import Asking, Rules, has_merges, unbuilt_rollups
from playtrace.metrics.frame.calendar import ONE_DAY, Span, day_start
from playtrace.metrics.frame.models import CommonParameters
from playtrace.metrics.frame.scope import Scope
from playtrace.store.reading import Reader

OF_DAY: dict[str, pa.DataType] = {"game_id": pa.string(), "day": pa.date32()}
"""The first columns of all: a day of the game's own time zone."""


class Fact(Struct, frozen=True):
    """Its SQL reads the relations of metrics, and answers with its own columns in their order."""

    name: str
    text: str
    """What a row is."""
    columns: dict[str, pa.DataType]
    sql: LiteralString

    @property
    def schema(self) -> pa.Schema:
        """Of its files."""
        return pa.schema(list((OF_DAY | self.columns).items()))

    def rows(
        self, reader: Reader, game_id: str, day: dt.date, zone: ZoneInfo, now: dt.datetime, rules: Rules
    ) -> pa.Table:
        """Those of one day. Raises what `Reader.query` raises."""
        span = Span(day_start(day, zone), day_start(day + ONE_DAY, zone))
        parameters = CommonParameters.model_validate({"gameId": game_id, "timeZone": zone.key})
        asking = Asking(
            reader,
            now,
            rules,
            self.name,
            unbuilt=unbuilt_rollups(reader, game_id),
            is_merged=has_merges(reader, game_id, parameters.env),
        )
        found = Scope(parameters, asking, [span]).table(self.sql)
        of_day = {
            "game_id": pa.repeat(pa.scalar(game_id, pa.string()), found.num_rows),
            "day": pa.repeat(pa.scalar(day, pa.date32()), found.num_rows),
        }
        columns = of_day | {name: found.column(name).cast(type_) for name, type_ in self.columns.items()}
        return pa.table(columns, schema=self.schema)
