"""A message that tells of something."""

from __future__ import annotations

import datetime as dt
from typing import Any

from playtrace.alerts.message import Message

AT = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


def message(**changes: Any) -> Message:
    usual: dict[str, Any] = {"kind": "opened", "severity": "critical", "title": "Crashes", "text": "Many.", "at": AT}
    return Message(**usual | changes)
