"""Who plays now, by what was done in the last minutes."""

from __future__ import annotations

import datetime as dt
from typing import LiteralString

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import Span
from playtrace.metrics.frame.models import CommonParameters
from playtrace.metrics.frame.scope import Scope

NOW = dt.timedelta(minutes=5)
"""How long after an event a player counts as playing now."""

PLAYING: LiteralString = "SELECT count(DISTINCT player_id) AS players_now FROM active"


def players_now(parameters: CommonParameters, asking: Asking) -> int:
    """Players with a qualifying event in the last five minutes, whatever the range. Minutes are in no rollup."""
    # What happens at this very moment counts.
    after = dt.timedelta(microseconds=1)
    scope = Scope(
        parameters.model_copy(update={"source": "auto"}), asking, [Span(asking.now - NOW + after, asking.now + after)]
    )
    return scope.rows(PLAYING)[0]["players_now"]
