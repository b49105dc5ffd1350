"""Events into files: NDJSON, one event a line as the events API takes them, and Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from playtrace.event import Event

PARQUET_SCHEMA: Final = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("game_id", pa.string()),
        pa.field("event_id", pa.string()),
        pa.field("time", pa.timestamp("us", "UTC")),
        pa.field("seq", pa.int64()),
        pa.field("mono_ms", pa.int64()),
        pa.field("player_id", pa.string()),
        pa.field("session_id", pa.string()),
        pa.field("platform", pa.string()),
        pa.field("version", pa.string()),
        pa.field("country", pa.string()),
        pa.field("severity", pa.string()),
        pa.field("match_id", pa.string()),
        pa.field("level", pa.string()),
        pa.field("map", pa.string()),
        pa.field("x", pa.float64()),
        pa.field("y", pa.float64()),
        pa.field("z", pa.float64()),
        pa.field("value", pa.float64()),
        pa.field("currency", pa.string()),
        pa.field("props", pa.string()),
    ]
)
"""The fields of `Event` that simulated players fill; `props` is JSON text."""

_ROW_GROUP_EVENTS = 100_000
_AS_THEY_ARE = tuple(name for name in PARQUET_SCHEMA.names if name not in {"event_id", "severity", "props"})

Progress = Callable[[int], None]
"""Called after each batch with the number of its events."""


def write_ndjson(batches: Iterable[list[Event]], path: Path, on_progress: Progress | None = None) -> int:
    """Writes one JSON object a line; returns how many events. A file of that name is replaced."""
    encoder = msgspec.json.Encoder()
    events = 0
    with path.open("wb") as file:
        for batch in batches:
            file.write(encoder.encode_lines(batch))
            events += len(batch)
            if on_progress is not None:
                on_progress(len(batch))
    return events


def write_parquet(batches: Iterable[list[Event]], path: Path, on_progress: Progress | None = None) -> int:
    """Writes `PARQUET_SCHEMA`, zstd, in row groups of about 100,000; returns how many events."""
    encoder = msgspec.json.Encoder()
    events = 0
    pending: list[pa.RecordBatch] = []
    pending_events = 0
    with pq.ParquetWriter(path, PARQUET_SCHEMA, compression="zstd") as writer:
        for batch in batches:
            pending.append(_record_batch(batch, encoder))
            pending_events += len(batch)
            events += len(batch)
            if pending_events >= _ROW_GROUP_EVENTS:
                writer.write_table(pa.Table.from_batches(pending), _ROW_GROUP_EVENTS)
                pending, pending_events = [], 0
            if on_progress is not None:
                on_progress(len(batch))
        if pending:
            writer.write_table(pa.Table.from_batches(pending), _ROW_GROUP_EVENTS)
    return events


def _record_batch(events: list[Event], encoder: msgspec.json.Encoder) -> pa.RecordBatch:
    columns: dict[str, list[object]] = {name: [getattr(event, name) for event in events] for name in _AS_THEY_ARE}
    columns["event_id"] = [str(event.event_id) for event in events]
    columns["severity"] = [event.severity and str(event.severity) for event in events]
    columns["props"] = [None if event.props is None else encoder.encode(event.props).decode() for event in events]
    return pa.RecordBatch.from_pydict(columns, PARQUET_SCHEMA)
