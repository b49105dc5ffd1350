"""What the process that starts a collecting process and that process say to each other, over its standard streams."""

from __future__ import annotations

from msgspec import Struct

from playtrace.config import Settings
from playtrace.serving.forwarded import Reading

READY = b"ready\n"
ARE_YOU_THERE = b"?"
"""The answer to it is a line with what the process has counted (`Measures`), from its event loop: one that hangs gives
none."""
STOP_SECONDS_MAX = 10.0
"""A process that has not ended so long after it was told to is killed."""


class Orders(Struct, frozen=True):
    """What a collecting process has to know: sent once, pickled. The end of the stream is the order to stop."""

    settings: Settings
    port: int
    reading: Reading
