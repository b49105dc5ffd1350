"""Which events count: the same for every metric."""

from __future__ import annotations

from playtrace.event import PASSIVE_EVENTS
from playtrace.metrics.frame.models import UNKNOWN, CommonParameters, country_codes


def filters(parameters: CommonParameters) -> dict[str, object]:
    """Binds `$game`, `$env`, `$passive`, and `$platforms`, `$versions`, `$countries`: null where all count."""
    return {
        "game": parameters.game_id,
        "env": parameters.env,
        "passive": list(PASSIVE_EVENTS),
        "platforms": _values(parameters.platform),
        "versions": _values(parameters.version),
        "countries": _values(country_codes(parameters.country)),
    }


def _values(values: list[str]) -> list[str] | None:
    """Clients that write the word themselves are asked for together with those that send nothing."""
    return [*values, ""] if UNKNOWN in values else values or None
