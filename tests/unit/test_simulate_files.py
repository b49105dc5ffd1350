"""NDJSON and Parquet hold the events that were generated; truth.json reads back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from playtrace.event import Event
from playtrace.simulate.arena import ArenaScenario
from playtrace.simulate.files import PARQUET_SCHEMA, write_ndjson, write_parquet
from playtrace.simulate.truth import read_truth

END = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)


def scenario() -> ArenaScenario:
    return ArenaScenario(seed=2, players=20, days=2, end=END)


def all_events() -> list[Event]:
    return [event for batch in scenario().batches() for event in batch]


def test_ndjson_roundtrip(tmp_path: Path):
    path = tmp_path / "events.ndjson"
    seen: list[int] = []
    events = write_ndjson(scenario().batches(500), path, seen.append)
    assert sum(seen) == events
    assert msgspec.json.Decoder(Event).decode_lines(path.read_bytes()) == all_events()


def test_parquet_roundtrip(tmp_path: Path):
    path = tmp_path / "events.parquet"
    assert write_parquet(scenario().batches(500), path) == len(all_events())
    table = pq.read_table(path)
    assert table.schema.equals(PARQUET_SCHEMA)
    rows = [
        {**row, "props": msgspec.json.decode(row["props"]), "time": row["time"].astimezone(dt.UTC)}
        for row in table.to_pylist()
    ]
    present = [{name: value for name, value in row.items() if value is not None} for row in rows]
    assert msgspec.convert(present, list[Event]) == all_events()


def test_parquet_of_nothing(tmp_path: Path):
    path = tmp_path / "events.parquet"
    assert write_parquet([], path) == 0
    assert pq.read_table(path).num_rows == 0


def test_truth_reads_back(tmp_path: Path):
    played = scenario()
    events = sum(map(len, played.batches()))
    path = tmp_path / "truth.json"
    played.truth().write(path)
    assert read_truth(path) == played.truth()
    assert read_truth(path).events == events
