"""Lines of JSON → columns.

In a database of its own, in memory: this needs nothing of the store, and the store writes one load while the next is
parsed.
"""

from __future__ import annotations

import threading
import uuid
from contextlib import suppress
from typing import LiteralString

import duckdb
import pyarrow as pa

from playtrace.config import Settings
from playtrace.load.staging import has_imported
from playtrace.store.columns import IMPORTED_AS_JSON, SENT_AS_JSON
from playtrace.store.duckdb import configuration
from playtrace.store.errors import StoreError


# A field that does not convert becomes NULL rather than an error: collect has checked the types, and what
# an older version of it let through must not stop the loader. The canonical time is never after the time of
# receipt. A client's time may have an offset: read as TIMESTAMPTZ it is heeded, read as TIMESTAMP DuckDB would
# drop it. With an offset it may lie outside the years that Python knows: then the nearest of them counts. Codes of
# countries and of real money are in capitals, however they were sent; in-game currencies have names of their own.
# An id that is nought or all ones stands for none (RFC 9562), and so do some codes of countries.
def _parse(client_time: LiteralString, told_time: LiteralString) -> LiteralString:
    """`client_time` is what the client's clock said, `told_time` when the event counts where that is known better."""
    return f"""
SELECT * EXCLUDE (told_time),
    coalesce(least(coalesce(told_time, client_time + to_seconds(correction_s)), received_at), received_at) AS time,
    hash(game_id, event_id) AS id_hash
FROM (
    SELECT
        coalesce(e.game_id, line.game_id, '') AS game_id,
        CASE
            WHEN e.event_id IN (
                '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'
            ) OR e.event_id IS NULL
                THEN md5($journal_id || ':' || journal_offset || ':' || position)::UUID
            ELSE e.event_id
        END AS event_id,
        coalesce(e.event_id NOT IN (
            '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'
        ), false) AS has_id,
        coalesce(e.name, '') AS name,
        CASE
            WHEN {client_time} < '0001-01-01 00:00:00Z' THEN '0001-01-01'
            WHEN {client_time} >= '9999-12-31 00:00:00Z' THEN '9999-12-31'
            ELSE {client_time}::TIMESTAMP
        END AS client_time,
        {told_time} AS told_time,
        received_at,
        e.seq, e.mono_ms, e.player_id, e.session_id, e.device_id,
        coalesce(e.env, 'prod') AS env,
        e.platform, e.os, e.version, e.build,
        CASE
            WHEN e.country IS NULL OR upper(e.country) IN ('XX', 'ZZ', 'T1', 'EU', 'AP') THEN line.country
            WHEN upper(e.country) = 'UK' THEN 'GB'
            ELSE upper(e.country)
        END AS country,
        coalesce(e.region, line.region) AS region,
        coalesce(e.severity, 'info') AS severity,
        source,
        e.match_id, e.level, e.map AS map_id, e.x, e.y, e.z, e.value,
        CASE WHEN e.name = 'purchase' THEN upper(e.currency) ELSE e.currency END AS currency,
        e.props,
        journal_offset,
        position,
        correction_s
    FROM (
        SELECT *, from_json(line, $sent) AS e
        FROM lines
    ) AS line
) AS parsed
"""


PARSE = _parse("e.time", "NULL::TIMESTAMP")
PARSE_IMPORTED = _parse(
    "coalesce(e.client_time, e.time)", "CASE WHEN e.client_time IS NOT NULL THEN e.time::TIMESTAMP END"
)
"""An import may say when the event counts beside what the client's clock said."""

PIECE_ROWS = 61_440
"""Half a row group of the store. DuckDB's threads share the pieces of an Arrow table, and put what they made of them
together again: two pieces keep two threads busy, and many cost a tenth more. One is parsed at a time, as it is in
memory twice meanwhile: as it came, and in one piece."""


class Parser:
    """May be called from any thread; one parses at a time."""

    def __init__(self, journal_id: uuid.UUID, settings: Settings) -> None:
        self._journal_id = str(journal_id)
        self._settings = settings
        self._turn = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def parse(self, lines: pa.Table) -> pa.Table:
        """The events of these lines (as `Staged` has them), in their order.

        Raises `StoreError` when memory is short, and `duckdb.Error` when it is one of the lines that cannot be parsed.
        """
        with self._turn:
            # Only now: the threads of a database inherit the priority of the one that opens it.
            connection = self._connection = self._connection or self._connect()
            text, sent = (PARSE_IMPORTED, IMPORTED_AS_JSON) if has_imported(lines) else (PARSE, SENT_AS_JSON)
            try:
                pieces: list[pa.Table] = []
                for start in range(0, max(1, len(lines)), PIECE_ROWS):
                    connection.register("lines", lines.slice(start, PIECE_ROWS))
                    piece = connection.sql(text, params={"journal_id": self._journal_id, "sent": sent})
                    pieces.append(piece.to_arrow_table().combine_chunks())
                return pa.concat_tables(pieces)
            except (duckdb.OutOfMemoryException, MemoryError) as error:  # Arrow's is a MemoryError
                raise StoreError(f"There is not enough memory to parse events: {error}") from error
            except (duckdb.FatalException, duckdb.InternalException):
                self._connection = None  # it refuses everything from now on
                raise
            finally:
                with suppress(duckdb.Error):
                    connection.unregister("lines")

    def close(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._connection.close()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:", config=configuration(self._settings, None))
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        # Ids and properties keep their types: they need not be parsed again where they are stored.
        connection.execute("SET arrow_lossless_conversion = true")
        return connection
