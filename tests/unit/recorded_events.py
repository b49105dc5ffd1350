"""The events of an entry of the journal, as they are read back."""

from __future__ import annotations

import msgspec

from playtrace.event import Event

_event = msgspec.json.Decoder(Event)


def recorded_events(body: bytes) -> list[Event]:
    return _event.decode_lines(body)
