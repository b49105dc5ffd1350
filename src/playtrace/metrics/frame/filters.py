"""Which events count: the same for every metric."""

from __future__ import annotations

from playtrace.event import PASSIVE_EVENTS
from playtrace.metrics.frame.models import CommonParameters

UNKNOWN = "unknown"
"""How people call what was not sent; rollups keep it as the empty string."""


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


def country_codes(countries: list[str]) -> list[str]:
    """As the store has them: in capitals."""
    return [country if country == UNKNOWN else country.upper() for country in countries]


def _values(values: list[str]) -> list[str] | None:
    return ["" if value == UNKNOWN else value for value in values] or None
