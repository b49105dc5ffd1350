"""Rules that hold for every game until somebody says otherwise: a rule of the same id takes their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from playtrace.alerts.rules import RULE, AlertRule
from playtrace.config import Settings
from playtrace.registry.alert_rules import RuleRow

CRASH_SPIKE = "crash_spike"
REFUSED = "refused"
SILENCE = "silence"


def default_rules(settings: Settings) -> dict[str, AlertRule]:
    """By id."""
    crash_spike = {
        "kind": "threshold",
        "measure": "crashes",
        "windowMinutes": 60,
        "above": settings.alerts.discord_alert_threshold,
        "timesUsual": 3,
        "severity": "critical",
    }
    said: dict[str, Mapping[str, object]] = {
        CRASH_SPIKE: crash_spike,
        REFUSED: {"kind": "refused"},
        SILENCE: {"kind": "silence"},
    }
    return {rule_id: RULE.validate_python({"id": rule_id, **rule}) for rule_id, rule in said.items()}


def rules_of_game(
    game_id: str, defaults: Mapping[str, AlertRule], kept: Iterable[tuple[RuleRow, AlertRule]]
) -> list[AlertRule]:
    """What holds for a game, by id: its own rule goes before one for all games, and that before a default."""
    found = dict(defaults)
    of_game: dict[str, AlertRule] = {}
    for row, rule in kept:
        if row.game_id is None:
            found[row.id] = rule
        elif row.game_id == game_id:
            of_game[row.id] = rule
    return [rule for _, rule in sorted((found | of_game).items())]
