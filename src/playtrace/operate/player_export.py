"""All that is kept of one player, as a zip: the events as they were sent, and a summary that a person can read.

For whoever asks what is known of them. It is made while it is sent, a page of events at a time: nothing of it lies on
the server's disk, and memory does not grow with it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any, LiteralString

from playtrace.exports.lines import JSON_LINE, text_of
from playtrace.store.duckdb import Reader, Store
from playtrace.store.erasing import ARE_THEIRS, IS_ID, SAME_PLAYERS

PAGE_EVENTS = 20_000
LISTED_MAX = 1_000
"""Values of one list of the summary."""

# The same events that go when the player is erased.
THEIRS: LiteralString = ARE_THEIRS.replace(IS_ID, "IN (SELECT unnest($ids::VARCHAR[]))")

PAGE: LiteralString = (
    "SELECT journal_offset, position, "
    + JSON_LINE
    + "FROM events WHERE "
    + THEIRS
    + """ AND (journal_offset > $after OR (journal_offset = $after AND position > $after_position))
ORDER BY journal_offset, position
LIMIT $limit
"""
)

FIGURES: LiteralString = (
    "SELECT count(*) AS events, min(time) AS first_at, max(time) AS last_at FROM events WHERE " + THEIRS
)

VALUES: LiteralString = (
    """
SELECT field, value, count(*) AS events, min(time) AS first_at, max(time) AS last_at
FROM (
    UNPIVOT (
        SELECT time, name AS events, session_id AS sessions, device_id AS devices, platform AS platforms, os AS systems,
            version AS versions, country AS countries, region AS regions, env AS environments
        FROM events
        WHERE """
    + THEIRS
    + """
    ) ON COLUMNS(* EXCLUDE (time)) INTO NAME field VALUE value
) AS said
GROUP BY field, value
QUALIFY row_number() OVER (PARTITION BY field ORDER BY count(*) DESC, value) <= $limit
ORDER BY field, events DESC, value
"""
)

PAID: LiteralString = (
    "SELECT coalesce(currency, '') AS currency, sum(value) AS amount, count(*) AS purchases FROM events WHERE name ="
    " 'purchase' AND value IS NOT NULL AND " + THEIRS + " GROUP BY 1 ORDER BY 1"
)

SEGMENTS: LiteralString = """
SELECT DISTINCT segment_id FROM segment_members
WHERE game_id = $game AND list_contains($ids::VARCHAR[], player_id)
ORDER BY 1
"""


class NoSuchPlayer(Exception):
    """Nothing is kept of them."""


class PlayerExport:
    """`pieces` of a zip. Raises `NoSuchPlayer` when it is made, and what `Reader.query` raises."""

    def __init__(self, store: Store, game_id: str, player_id: str) -> None:
        self._store = store
        with store.reading() as reader:
            self._theirs = _theirs(reader, game_id, player_id)
            self.summary = _summary(reader, self._theirs, LISTED_MAX)
        if not self.summary["events"] and not self.summary["segments"]:
            raise NoSuchPlayer(f"Nothing is kept of a player {player_id!r} of {game_id}.")

    def pieces(self) -> Iterator[bytes]:
        out = _Sent()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("summary.json", json.dumps(self.summary, indent=2, ensure_ascii=False) + "\n")
            with archive.open("events.ndjson", "w", force_zip64=True) as file:
                for page in self._pages():
                    file.write(page)
                    yield out.taken()
        yield out.taken()

    def _pages(self) -> Iterator[bytes]:
        after: dict[str, object] = {"after": -1, "after_position": -1}
        while True:
            table = self._store.query(PAGE, {**self._theirs, **after, "limit": PAGE_EVENTS})
            if not table.num_rows:
                return
            yield text_of(table)
            last = table.slice(table.num_rows - 1).to_pylist()[0]
            after = {"after": last["journal_offset"], "after_position": last["position"]}


def summary_of(store: Store, game_id: str, player_id: str, *, listed_max: int = LISTED_MAX) -> dict[str, Any]:
    """What is kept of one player in short, as an export has it; of somebody nobody knows there are no events.

    Raises what `Reader.query` raises.
    """
    with store.reading() as reader:
        return _summary(reader, _theirs(reader, game_id, player_id), listed_max)


def _theirs(reader: Reader, game_id: str, player_id: str) -> dict[str, object]:
    """The game, and all ids that are theirs."""
    same = reader.rows(SAME_PLAYERS, {"game": game_id, "ids": [player_id]})
    return {"game": game_id, "ids": [row["player_id"] for row in same]}


def _summary(reader: Reader, theirs: dict[str, object], listed_max: int) -> dict[str, Any]:
    (figures,) = reader.rows(FIGURES, theirs)
    lists: dict[str, list[dict[str, Any]]] = {}
    for row in reader.rows(VALUES, {**theirs, "limit": listed_max}):
        lists.setdefault(row["field"], []).append(
            {
                "value": row["value"],
                "events": row["events"],
                "firstAt": _said(row["first_at"]),
                "lastAt": _said(row["last_at"]),
            }
        )
    return {
        "gameId": theirs["game"],
        "playerIds": theirs["ids"],
        "exportedAt": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "events": figures["events"],
        "firstEventAt": _said(figures["first_at"]),
        "lastEventAt": _said(figures["last_at"]),
        "paid": reader.rows(PAID, theirs),
        "segments": [row["segment_id"] for row in reader.rows(SEGMENTS, theirs)],
        "said": lists,
    }


class _Sent(io.RawIOBase):
    """What a zip writes, to be taken a piece at a time."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any, /) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _said(at: dt.datetime | None) -> str | None:
    return None if at is None else f"{at.isoformat()}Z"
