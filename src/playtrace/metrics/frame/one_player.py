"""Questions about one player: who is meant, and the time that is looked at."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, LiteralString

from pydantic import Field

from playtrace.event import ID_LENGTH_MAX
from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import ONE_DAY, Span, span_of
from playtrace.metrics.frame.merged_ids import sent_ids
from playtrace.metrics.frame.models import DAYS_MAX, CommonAnswer, CommonParameters


class PlayerParameters(CommonParameters):
    names_players_by: ClassVar[tuple[str, ...]] = ("player_id",)

    player_id: str = Field(min_length=1, max_length=ID_LENGTH_MAX, description="The player's id, as events send it.")


class PlayerAnswer(CommonAnswer):
    is_known: bool = Field(
        description="Whether the player has any event in the environment, whatever the range and the filters."
    )


# Whose events are gone is still known to have come.
IS_KNOWN: LiteralString = """
SELECT 1 FROM events WHERE game_id = $game AND env = $env AND player_id = $player_id
UNION ALL
SELECT 1 FROM players WHERE game_id = $game AND env = $env AND player_id = $player_id
LIMIT 1
"""
IS_ANY_KNOWN: LiteralString = IS_KNOWN.replace("= $player_id", "IN (SELECT unnest($sent_ids::VARCHAR[]))")


def is_known(parameters: PlayerParameters, asking: Asking) -> bool:
    """What `PlayerAnswer` says of itself."""
    whose: dict[str, object] = {
        "player_id": parameters.player_id,
        "sent_ids": sent_ids(parameters, asking, parameters.player_id),
        "game": parameters.game_id,
        "env": parameters.env,
    }
    return bool(asking.rows(IS_ANY_KNOWN if asking.is_merged else IS_KNOWN, whose))


def whole_history(parameters: CommonParameters, now: dt.datetime) -> Span:
    """The time that is asked about; without `from` and `hours` all before its end. Raises `WrongParameter`."""
    span = span_of(parameters, now)
    if parameters.from_ is not None or parameters.hours is not None:
        return span
    return Span(span.end - DAYS_MAX * ONE_DAY, span.end)
