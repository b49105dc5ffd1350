"""Times as clients send them: one reading for all ways in."""

from __future__ import annotations

import datetime as dt
import re

import msgspec

SECONDS_BELOW = 1e12
"""A numeric time below this is in seconds since 1970, else in milliseconds: 1e12 s is the year 33658."""
MILLISECONDS_BELOW = 1e15
"""From here on it is in microseconds, and a thousand times further in nanoseconds."""
TEXT_LENGTH_MAX = 64

LONG_FRACTION = re.compile(r"([.,]\d{6})(\d+)")
EXPECTED = "expected RFC 3339 text or seconds or milliseconds since 1970"


def instant(value: object) -> dt.datetime | None:
    """An instant from what clients send: RFC 3339 text, a day, or seconds or milliseconds since 1970.

    What is finer than a microsecond is rounded, halves up. Without an offset the result has none: it is UTC.
    Raises `ValueError` for anything else.
    """
    if value is None or isinstance(value, dt.datetime):
        return value
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _since_1970(value)
        if isinstance(value, str) and len(value) <= TEXT_LENGTH_MAX:
            return _of_text(value.strip())
    except (ValueError, OverflowError, OSError):
        pass
    raise ValueError(f"time: {EXPECTED}, got {str(value)[:40]!r}.")


def _since_1970(number: float) -> dt.datetime:
    size = abs(number)
    if size < SECONDS_BELOW:
        unit_s = 1
    elif size < MILLISECONDS_BELOW:
        unit_s = 1000
    elif size < 1000 * MILLISECONDS_BELOW:
        unit_s = 1_000_000
    else:
        unit_s = 1_000_000_000
    return dt.datetime.fromtimestamp(number / unit_s, dt.UTC)


def _of_text(text: str) -> dt.datetime:
    if text.replace(".", "", 1).isdigit() and len(text) < 20:
        return _since_1970(float(text))
    try:
        # As the decoder reads what is spelled in full: the same text is the same instant everywhere.
        parsed = msgspec.convert(text, dt.datetime)
    except msgspec.ValidationError:
        finer = LONG_FRACTION.search(text)
        parsed = dt.datetime.fromisoformat(LONG_FRACTION.sub(r"\1", text))
        if finer is not None and finer[2] >= "5":
            parsed += dt.timedelta(microseconds=1)
    return parsed if parsed.tzinfo is None else parsed.astimezone(dt.UTC)
