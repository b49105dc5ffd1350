"""Reports: the digest of a day or week of a game, made for who asks."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from playtrace.api.authentication import CurrentReader, readable_game
from playtrace.api.metrics import rules_of
from playtrace.api.state import CurrentState
from playtrace.api.turns import Question
from playtrace.problems import InvalidRequest
from playtrace.reports.digest import make_digest
from playtrace.reports.formats import MEDIA_TYPES, Form, written
from playtrace.reports.period import NoSuchPeriod, asked_period
from playtrace.segments.rules import Day

router = APIRouter(prefix="/api", tags=["reports"])

SHOWN_AS = {
    "html": {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"},
    "md": {},
    "png": {},
}
"""A page is not to load or run anything, whatever it says."""
MADE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report.",
        "content": {
            MEDIA_TYPES["html"]: {"schema": {"type": "string"}},
            MEDIA_TYPES["md"]: {"schema": {"type": "string"}},
            MEDIA_TYPES["png"]: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.get("/games/{game_id}/report", response_class=Response, responses=MADE, dependencies=Question)
def make_report(
    state: CurrentState,
    reader: CurrentReader,
    game_id: str,
    day: Annotated[
        Day | None, Query(description="Of this day of the game's time zone. Default: the latest that is over.")
    ] = None,
    week: Annotated[Day | None, Query(description="Of the ISO week in which this day lies, instead.")] = None,
    form: Annotated[
        Form,
        Query(alias="format", description="`html` has the picture in it, `md` has none, `png` is the picture alone."),
    ] = "html",
) -> Response:
    """Figures of a day or a week beside those of the one before, who came back, the most common crashes, and the active
    players of four weeks as a picture. What is not over is beside the same part of the one before."""
    game = readable_game(state, reader, game_id)
    now = dt.datetime.now(dt.UTC)
    try:
        period = asked_period(day, week, now, ZoneInfo(game.time_zone))
    except NoSuchPeriod as error:
        raise InvalidRequest.of_field(error.parameter, str(error), location="query") from error
    digest = make_digest(state.store, game, period, now=now, rules=rules_of(state.settings, state.registry, game))
    return Response(written(digest, form), media_type=MEDIA_TYPES[form], headers=SHOWN_AS[form])
