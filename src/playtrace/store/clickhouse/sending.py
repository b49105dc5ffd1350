"""Rows on their way into ClickHouse: a table of Arrow at a time, each under a token by which it counts once."""

from __future__ import annotations

import pyarrow as pa

from playtrace.store.clickhouse.reader import errors
from playtrace.store.clickhouse.store import ClickHouseStore

AS_SENT = {
    # A property may be sent twice, under one name or as `a.b` and `b` in `a`: the first is kept.
    "type_json_skip_duplicated_paths": 1,
    "input_format_null_as_default": 0,
    # A block of ours is one there: a token is known for the whole of it.
    "max_insert_block_size": 10_000_000,
    "insert_deduplicate": 1,
}
# When it returns, the rows are on their shard, and on a quorum of its replicas.
IN_CLUSTERS = {"distributed_foreground_insert": 1, "insert_quorum": "auto"}


class Sending:
    """Inserts over one connection."""

    def __init__(self, into: ClickHouseStore) -> None:
        self._into = into
        self._settings = AS_SENT | (IN_CLUSTERS if into.address.cluster else {})

    def send(self, name: str, rows: pa.Table, token: str) -> None:
        """Insert rows. Under a token that was seen lately, nothing is inserted. Raises `StoreError`."""
        if rows.num_rows:
            with errors():
                self._into.client.insert_arrow(
                    name, rows, settings=self._settings | {"insert_deduplication_token": token}
                )
