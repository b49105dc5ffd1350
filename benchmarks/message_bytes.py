"""What an event takes at a broker: bytes of a message, divided by its events, as collectors pack them.

    uv run benchmarks/message_bytes.py

Events of the simulated game, with ids as clients send them; requests of so many events, and so many requests that wait
together when a message is packed: one where little comes, many under load.
"""

from __future__ import annotations

import datetime as dt
import uuid

import zstandard

from playtrace.bench.ingest import fresh_events
from playtrace.event import Batch
from playtrace.journal.entry import encode
from playtrace.journal.messages import pack
from playtrace.journal.outlet import ZSTD_LEVEL


def main() -> None:
    events = fresh_events()
    for event in events:
        event.event_id = uuid.uuid4()
    compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
    print("| events in a request | requests that wait together | bytes for each event | messages for 20,000 events |")
    print("|--:|--:|--:|--:|")
    for size in (1, 10, 100):
        now = dt.datetime.now(dt.UTC)
        entries = [
            encode(Batch(received_at=now, source="events", events=events[start : start + size]))
            for start in range(0, len(events), size)
        ]
        for together in (1, 64):
            messages = [
                message
                for start in range(0, len(entries), together)
                for packed in pack(compressor, entries[start : start + together])
                for message in packed.messages
            ]
            print(f"| {size} | {together} | {sum(map(len, messages)) / len(events):.0f} | {len(messages):,} |")


if __name__ == "__main__":
    main()
