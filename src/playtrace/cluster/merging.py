"""What several loaders say, as one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Lag(Protocol):
    lag_events: int | None
    lag_seconds: float | None
    broker_messages: int | None


def journal(shares: Sequence[Lag], made: Callable[[int | None, float | None, int | None], T]) -> T:
    """How far all are behind: the events of all, as long as the one that is furthest. None where one cannot tell."""
    return made(
        _all([one.lag_events for one in shares], sum),
        _all([one.lag_seconds for one in shares], max),
        _all([one.broker_messages for one in shares], sum),
    )


def _all(values: Sequence[Any], together: Callable[[Iterable[Any]], Any]) -> Any:
    return together(values) if values and None not in values else None


def rules(answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The rules are the same for all; which cannot be judged is known to the loader of each game."""
    first, *others = answers
    for other in others:
        for rule, of_other in zip(first["rules"], other["rules"], strict=False):
            rule["failures"] += [one for one in of_other["failures"] if one not in rule["failures"]]
            rule["lastError"] = rule["lastError"] or of_other["lastError"]
        first["cannotJudge"] = first["cannotJudge"] or other["cannotJudge"]
    known = [one["judgedTo"] for one in answers]
    first["judgedTo"] = _all(known, min)
    return first


def deletions(answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"games": [game for answer in answers for game in answer["games"]]}
