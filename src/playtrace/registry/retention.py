"""How long a game keeps what: in days behind today (UTC), or for good.

Raw events may go while the figures that were made of them stay; or all goes. Names of events may have days of their
own, and so have the properties of crashes and what was set aside. What removes it is `playtrace/operate/retention.py`.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from playtrace.registry.errors import Invalid

DAYS_MIN = 7
"""No session lasts longer, and of what is younger late events still come."""
DAYS_MAX = 36_500
NAMES_MAX = 100
"""Of events that have days of their own."""
EVENT_NAME_LENGTH_MAX = 64

Days = Annotated[int, Meta(ge=DAYS_MIN, le=DAYS_MAX)]


class RetentionPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """None keeps for good."""

    events_days: Days | None = None
    """Raw events. What was counted of them stays."""
    names_days: dict[Annotated[str, Meta(min_length=1, max_length=EVENT_NAME_LENGTH_MAX)], Days | None] = {}
    """The same of events of these names, instead."""
    crash_properties_days: Days | None = None
    """The properties of crashes and errors: stacks, devices, whatever they carry. The events stay."""
    set_aside_days: Days | None = None
    """What was quarantined or refused."""
    everything_days: Days | None = None
    """All of the above, and every figure too."""

    @property
    def keeps_all(self) -> bool:
        return self == RetentionPolicy(names_days=self.names_days) and not any(self.names_days.values())

    def encoded(self) -> str:
        return msgspec.json.encode(self).decode()


KEEP_ALL = RetentionPolicy()


def decoded(text: str | None) -> RetentionPolicy:
    """Of a game that says nothing: it keeps all."""
    return KEEP_ALL if text is None else msgspec.json.decode(text, type=RetentionPolicy)


def checked(policy: RetentionPolicy) -> RetentionPolicy:
    """Raises `Invalid`, which names the field."""
    for name in ("events_days", "crash_properties_days", "set_aside_days", "everything_days"):
        _check_days(name, getattr(policy, name))
    if len(policy.names_days) > NAMES_MAX:
        raise Invalid("names_days", f"expected at most {NAMES_MAX} names")
    for name, days in policy.names_days.items():
        if not 0 < len(name) <= EVENT_NAME_LENGTH_MAX:
            raise Invalid("names_days", f"expected names of events, of 1 to {EVENT_NAME_LENGTH_MAX} characters")
        _check_days(f"names_days.{name}", days)
    return policy


def _check_days(field: str, days: int | None) -> None:
    if days is not None and not DAYS_MIN <= days <= DAYS_MAX:
        raise Invalid(field, f"expected {DAYS_MIN} to {DAYS_MAX:,} days, or nothing to keep for good")
