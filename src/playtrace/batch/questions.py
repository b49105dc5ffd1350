"""What a run asks: `METRIC`, `METRIC?name=value&…` as in the address of the API, and `NAME=METRIC?…` to call it so."""

from __future__ import annotations

import re
from typing import Any, get_origin
from urllib.parse import parse_qsl

from msgspec import Struct
from pydantic import ValidationError

from playtrace.batch.errors import BatchError
from playtrace.metrics.frame.metric import Metric, metrics
from playtrace.metrics.frame.models import CommonParameters

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
OF_RUN = frozenset({"gameId", "from", "to", "hours", "timeZone"})
"""Parameters that the run gives."""
OF_STORE = {
    "segment": "segments are kept by the store",
    "compareSegment": "segments are kept by the store",
    "explain": "a result has no room for SQL",
}
"""What is not to be had of a lake, and why."""


class Question(Struct, frozen=True):
    """A metric with what it is asked with, and the name of its results."""

    name: str
    metric: str
    asked: dict[str, Any] = {}

    def of_game(self, game_id: str, time_zone: str, currency: str, **more: object) -> CommonParameters:
        """The parameters of one day of a game. What was not asked for is as the game has it."""
        given: dict[str, object] = {**self.asked, **more, "gameId": game_id, "timeZone": time_zone}
        parameters = metrics()[self.metric].parameters.model_validate(given)
        return parameters.with_defaults_of(time_zone=time_zone, currency=currency)


def read_question(text: str) -> Question:
    """Raises `BatchError` for what no metric can be asked."""
    head, mark, query = text.partition("?")
    name, _, named = head.rpartition("=")
    found = metrics().get(named)
    if found is None:
        raise BatchError(f"There is no metric {named!r}. There are {', '.join(answered())}.")
    if not found.travels:
        raise BatchError(f"{named} cannot be asked of Spark: see docs/batch.md. Ask the server for it.")
    name = name or named
    if not NAME.fullmatch(name):
        raise BatchError(f"Results are called by small letters, digits, _ and -, got {name!r}.")
    asked = _asked(found, query) if mark else {}
    if asked and name == named:
        raise BatchError(f"Give what is asked otherwise a name of its own: NAME={text}")
    question = Question(name, named, asked)
    try:
        question.of_game("any", "UTC", "USD")
    except ValidationError as error:
        first = error.errors()[0]
        raise BatchError(f"{text}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    return question


def answered() -> list[str]:
    """The metrics that Spark answers."""
    return [name for name, metric in metrics().items() if metric.travels]


def _asked(metric: Metric[Any, Any], query: str) -> dict[str, Any]:
    lists = {
        field.alias or name
        for name, field in metric.parameters.model_fields.items()
        if get_origin(field.annotation) is list
    }
    asked: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in OF_RUN:
            raise BatchError(f"{name} is what the run says, by its own options.")
        if name in OF_STORE:
            raise BatchError(f"{name} cannot be asked of a lake: {OF_STORE[name]}.")
        if name in lists:
            asked.setdefault(name, []).append(value)
        else:
            asked[name] = value
    return asked
