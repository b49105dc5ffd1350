"""What an envelope says of the clock that wrote its `sent_at`, taken by itself.

The server knows when it came: the difference is a *reading* of that clock. Collecting tells by it what will be too old;
loading decides with what it knows of the device besides (`load/clocks.py`).
"""

from __future__ import annotations

STEP_S = 300
"""Corrections are whole steps: the difference contains the network's delay too. Added as it is, it would move slow
batches into the future and turn the order of one device's events around."""
SLOW_S_MAX = 2 * 3600
"""A clock that was never read before is believed to be slow by so much at most."""
CENTURY_US = 946_684_800_000_000
"""The year 2000. A clock that is behind it was never set: no envelope waited for so long."""
SENT_US_MAX = 4_102_444_800_000_000
"""The year 2100: what lies beyond is no clock but a value that stands for nothing, and so is what lies before 1970."""

SECOND_US = 1_000_000


def reading_s(received_us: int, sent_us: int | None) -> int:
    """How far the clock is behind, in steps (halves away from zero); 0 where it was not said."""
    if sent_us is None or not 0 <= sent_us < SENT_US_MAX:
        return 0
    skew_us = received_us - sent_us
    step_us = STEP_S * SECOND_US
    steps = (2 * abs(skew_us) + step_us) // (2 * step_us)
    return (STEP_S if skew_us > 0 else -STEP_S) * steps


def is_certain(sent_us: int | None, attempt: int) -> bool:
    """Whether this `sent_at` cannot be of an earlier attempt."""
    return attempt > 1 or (sent_us is not None and 0 <= sent_us < CENTURY_US)


def presumed_s(reading: int, certain: bool) -> int:
    """What is right nearly always, where nothing is known of the device."""
    return reading if certain or reading <= SLOW_S_MAX else 0
