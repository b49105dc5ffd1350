"""Where results lie: a file of Parquet for each day, in place of the one that was there, whole or not at all."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote

import msgspec
import pyarrow as pa
from pyarrow import parquet

from playtrace.batch.errors import BatchError
from playtrace.operate.places import PlaceUnusable, is_bucket, place_of


def result_path(kind: str, name: str, game_id: str, day: dt.date) -> str:
    """Where a result of a day lies."""
    return f"{kind}/{name}/game={quote(game_id, safe='')}/date={day.isoformat()}/{name}.parquet"


class Results:
    """A folder or `s3://bucket/path`. Methods raise `BatchError` when it cannot be written."""

    def __init__(self, address: str) -> None:
        if "://" in address and not is_bucket(address):
            raise BatchError(f"Results go to a folder or to s3://bucket/path, got {address!r}.")
        try:
            self._place = place_of(address)
        except PlaceUnusable as error:
            raise BatchError(str(error)) from error
        self.address = self._place.address

    def put(self, kind: str, name: str, game_id: str, day: dt.date, rows: pa.Table) -> str:
        """One result of a day; where it lies."""
        at = result_path(kind, name, game_id, day)
        sink = pa.BufferOutputStream()
        parquet.write_table(rows, sink, compression="zstd")
        self._write(at, sink.getvalue().to_pybytes())
        return at

    def put_report(self, name: str, report: object) -> str:
        """What a run did, as JSON."""
        at = f"runs/{name}.json"
        self._write(at, msgspec.json.format(msgspec.json.encode(report)))
        return at

    def last_report(self) -> bytes | None:
        """That of the last run, as JSON; None where there was none."""
        try:
            reports = sorted(one.name for one in self._place.stored("runs") if one.name.endswith(".json"))
            return self._place.read(reports[-1]) if reports else None
        except PlaceUnusable as error:
            raise BatchError(f"The results cannot be read: {error}") from error

    def _write(self, name: str, content: bytes) -> None:
        try:
            self._place.write(name, content)
        except PlaceUnusable as error:
            raise BatchError(f"The results cannot be written: {error}") from error
