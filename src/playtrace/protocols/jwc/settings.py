"""What can be configured of `jwc.v1`. Three have names that its first users already have in their environment."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, SecretStr, field_validator

from playtrace.room_settings import Known, RoomSettings

TIME_SPAN = re.compile(r"(?P<number>\d+(?:\.\d+)?) *(?P<unit>[a-z]*)", re.IGNORECASE)
TIME_SPAN_S_MAX = 366 * 86_400
UNIT_SECONDS = {
    unit: seconds
    for units, seconds in (
        # A plain number is milliseconds, as it was where this setting comes from.
        (("", "ms", "millisecond", "milliseconds"), 0.001),
        (("s", "sec", "secs", "second", "seconds"), 1.0),
        (("m", "min", "mins", "minute", "minutes"), 60.0),
        (("h", "hr", "hrs", "hour", "hours"), 3600.0),
        (("d", "day", "days"), 86400.0),
    )
    for unit in units
}


def time_span_s(text: str) -> float:
    """Seconds of `1 hour`, `10 minutes`, `30s`. Raises `ValueError` for anything else, and for no time at all."""
    match = TIME_SPAN.fullmatch(text.strip())
    if match is not None:
        seconds = float(match["number"]) * UNIT_SECONDS.get(match["unit"].lower(), 0.0)
        if 0 < seconds <= TIME_SPAN_S_MAX:
            return seconds
    raise ValueError(f"expected a time span such as `1 hour` or `10 minutes`, at most 366 days, got {text!r}")


class JwcSettings(RoomSettings):
    anonymous_salt: Annotated[SecretStr, Known("anonymous_salt")] = Field(
        default=SecretStr("playtrace"),
        description="Secret that anonymous ids are hashed with; a new one each year is good.",
    )
    stats_secret: Annotated[SecretStr | None, Known("STATS_SECRET", has_prefix=False)] = Field(
        default=None, description="Opens /debug/* of the jwc.v1 protocol."
    )
    rate_limit_max: Annotated[int, Known("RATE_LIMIT_MAX", has_prefix=False)] = Field(
        default=2000, ge=1, le=1_000_000_000, description="jwc.v1: requests per client and window."
    )
    rate_limit_time_window: Annotated[str, Known("RATE_LIMIT_TIME_WINDOW", has_prefix=False)] = Field(
        default="1 hour", description="jwc.v1: the window, e.g. `1 hour`, `10 minutes`."
    )

    @field_validator("rate_limit_time_window")
    @classmethod
    def _is_time_span(cls, text: str) -> str:
        time_span_s(text)
        return text

    @property
    def rate_limit_window_s(self) -> float:
        return time_span_s(self.rate_limit_time_window)


SETTINGS = JwcSettings
