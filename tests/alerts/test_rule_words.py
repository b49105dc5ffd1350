"""What rules say in words, and what is told of what they find."""

from __future__ import annotations

from typing import Any

import pytest
from studio import NOW

from playtrace.alerts.incidents import DimensionChange, Explanation, Incident
from playtrace.alerts.measuring import WatchedGame
from playtrace.alerts.rules import RULE, in_words
from playtrace.alerts.telling import message_of

GAME = WatchedGame("arena", "Arena", "UTC", "USD")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"above": 1}, "more than 1 crash in an hour"),
        ({"above": 2}, "more than 2 crashes in an hour"),
        ({"below": 1, "measure": "players"}, "less than 1 player in an hour"),
        ({"above": 1, "measure": {"event": "level_fail"}}, "more than 1 level_fail event in an hour"),
        (
            {"above": 1, "measure": {"metric": "summary", "figure": "current.activePlayers"}},
            "more than 1 summary current.activePlayers in an hour",
        ),
    ],
)
def test_one_is_one(said: dict[str, Any], words: str) -> None:
    assert in_words(RULE.validate_python({"id": "any", "kind": "threshold", **said})) == words


def test_a_message_about_one() -> None:
    rule = RULE.validate_python({"id": "few", "kind": "unusual", "measure": "crashes"})
    incident = Incident(
        rule_id="few",
        game_id="arena",
        part="",
        severity="warning",
        kind="players",
        in_words=in_words(rule),
        began_at=NOW,
        opened_at=NOW,
        changed_at=NOW,
        value=1,
        worst=1,
        usual=1,
        explanation=Explanation([DimensionChange("platform", "ios", 1, 1, 1.0)]),
    )
    message = message_of(incident, 1, "opened", rule, GAME, "", NOW)
    assert message.title == "Arena: 1 crash in the last hour, usual is 1"
    assert "1 where 1 is usual" in message.text
