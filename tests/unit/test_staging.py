"""How entries become rows."""

from __future__ import annotations

import datetime as dt

from playtrace.event import Batch, Event, Refusal, RefusalReason
from playtrace.journal.entry import Recorded, encode
from playtrace.load.staging import ROWS_PER_CHUNK, stage


def recorded(offset: int, events: int, refusals: int = 0, game_id: str | None = "arena") -> Recorded:
    batch = Batch(
        received_at=dt.datetime(2026, 3, 20, tzinfo=dt.UTC) + dt.timedelta(seconds=offset),
        source="events",
        events=[Event(name=f"{offset}/{position}\n") for position in range(events)],
        refusals=[Refusal(index, RefusalReason.INVALID, "wrong") for index in range(refusals)],
        game_id=game_id,
        country="DE" if offset % 2 else None,
    )
    entry = encode(batch)
    return Recorded(offset, entry.header, entry.events, entry.body)


def test_a_row_for_each_event():
    staged = stage([recorded(4, 2), recorded(5, 0, refusals=2), recorded(7, 1, game_id=None)])
    assert staged.last_offset == 7
    rows = staged.lines.to_pylist()
    assert [(row["journal_offset"], row["position"], row["game_id"], row["country"]) for row in rows] == [
        (4, 0, "arena", None),
        (4, 1, "arena", None),
        (7, 0, None, "DE"),
    ]
    assert [row["line"] for row in rows] == ['{"name":"4/0\\n"}\n', '{"name":"4/1\\n"}\n', '{"name":"7/0\\n"}\n']
    assert rows[0]["received_at"] == dt.datetime(2026, 3, 20, 0, 0, 4)
    assert [(offset, refusal.index) for offset, _, refusal in staged.refusals] == [(5, 0), (5, 1)]


def test_only_refusals():
    staged = stage([recorded(1, 0, refusals=1)])
    assert len(staged.lines) == 0
    assert len(staged.refusals) == 1


def test_halves():
    """Each entry with all that came with it is in one of them."""
    entries = [recorded(1, 2, refusals=1), recorded(2, 0, refusals=2), recorded(4, 3), recorded(5, 1, refusals=1)]
    first, second = stage(entries[:]).halves()
    assert (first.offsets.tolist(), second.offsets.tolist()) == ([1, 2], [4, 5])
    assert (first.last_offset, second.last_offset) == (2, 5)
    assert first.lines.equals(stage(entries[:2]).lines)
    assert second.lines.equals(stage(entries[2:]).lines)
    assert (first.refusals, second.refusals) == (stage(entries[:2]).refusals, stage(entries[2:]).refusals)


def test_many_entries_become_several_chunks():
    """Chunks are what threads share."""
    per_entry = ROWS_PER_CHUNK // 4
    staged = stage([recorded(offset, per_entry) for offset in range(1, 11)])
    assert staged.lines["line"].num_chunks == 3
    assert staged.lines["journal_offset"].to_pylist() == [offset for offset in range(1, 11) for _ in range(per_entry)]
    assert staged.lines["position"].to_pylist() == list(range(per_entry)) * 10
