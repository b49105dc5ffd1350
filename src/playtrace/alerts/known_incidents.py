"""The last incident of each rule, game and part, as the watch knows them: each rule finds its own at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from playtrace.alerts.incidents import Incident


class IncidentKey(NamedTuple):
    """Of one there is at most one that is open."""

    rule_id: str
    game_id: str
    part: str


class KnownIncident(NamedTuple):
    number: int
    incident: Incident


class KnownIncidents:
    """To be used by one thread at a time."""

    def __init__(self) -> None:
        self._last: dict[IncidentKey, KnownIncident] = {}
        self._open: dict[str, dict[str, set[str]]] = {}
        """Parts with one that is open, by game and rule."""

    def get(self, key: IncidentKey) -> KnownIncident | None:
        return self._last.get(key)

    def put(self, key: IncidentKey, number: int, incident: Incident) -> None:
        """In place of the one before."""
        self._last[key] = KnownIncident(number, incident)
        if incident.is_open:
            self._open.setdefault(key.game_id, {}).setdefault(key.rule_id, set()).add(key.part)
            return
        parts = self.open_parts(key.rule_id, key.game_id)
        if key.part in parts:
            left = self._open[key.game_id]
            left[key.rule_id].remove(key.part)
            if not left[key.rule_id]:
                del left[key.rule_id]
            if not left:
                del self._open[key.game_id]

    def has_open(self, game_id: str) -> bool:
        return game_id in self._open

    def open_parts(self, rule_id: str, game_id: str) -> Collection[str]:
        return self._open.get(game_id, {}).get(rule_id, ())

    def open_rules(self, game_id: str) -> list[str]:
        """Those with an incident that is open."""
        return list(self._open.get(game_id, ()))
