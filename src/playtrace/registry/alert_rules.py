"""Rules of alerts in the registry, the silences that hold for them, and how far each game was judged.

What a rule says is text here: its shape is a matter of those who judge.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from playtrace.registry import alert_incidents
from playtrace.registry.errors import Invalid, UnknownAlertRule, UnknownSilence
from playtrace.registry.games import check_note, require_game
from playtrace.registry.models import AlertPosition, AlertRule, AlertSilence
from playtrace.registry.part import Part

RULES_MAX = 5_000
SILENCES_MAX = 1_000
ALL = ""


class RuleRow(NamedTuple):
    """A rule as it is kept; `game_id` is None where it is for all games."""

    id: str
    game_id: str | None
    rule_json: str
    changed_at: dt.datetime


class Silence(NamedTuple):
    """Nobody is told until then. What is None stands for all."""

    id: int
    rule_id: str | None
    game_id: str | None
    version: str | None
    until: dt.datetime
    note: str
    created_at: dt.datetime


class AlertRules(Part):
    def put(self, rule_id: str, rule_json: str, *, game_id: str | None = None) -> None:
        """A rule of a game, or for all games, in place of the one of the same id. Raises `UnknownGame` or `Invalid`."""
        with self._writing() as session:
            require_game(session, game_id)
            put(session, rule_id, game_id, rule_json, self._now())
            self._audit(session, "rule.put", rule_id, game_id=game_id)

    def put_all(self, rules: Sequence[tuple[str, str | None, str]]) -> None:
        """Several: id, game and text of each, all or none. Raises `UnknownGame` or `Invalid`."""
        with self._writing() as session:
            for rule_id, game_id, rule_json in rules:
                require_game(session, game_id)
                put(session, rule_id, game_id, rule_json, self._now())
                self._audit(session, "rule.put", rule_id, game_id=game_id)

    def remove(self, rule_id: str, *, game_id: str | None = None) -> None:
        """Raises `UnknownAlertRule`."""
        with self._writing() as session:
            remove(session, rule_id, game_id)
            self._audit(session, "rule.removed", rule_id, game_id=game_id)

    def all(self) -> list[RuleRow]:
        """All that people made or changed, by id."""
        with self._reading() as session:
            return find_all(session)

    def add_silence(
        self, until: dt.datetime, *, rule_id: str | None, game_id: str | None, version: str | None, note: str
    ) -> Silence:
        """Nobody is told until then of what a rule finds, in a game or a version. Raises `UnknownGame` or `Invalid`."""
        now = self._now()
        silence = Silence(0, rule_id, game_id, version, until, check_note(note), now)
        with self._writing() as session:
            require_game(session, game_id)
            self._audit(session, "silence.added", rule_id or version or "all rules", game_id=game_id, until=str(until))
            return add_silence(session, silence)

    def end_silence(self, silence_id: int) -> None:
        """Raises `UnknownSilence`."""
        with self._writing() as session:
            ended = end_silence(session, silence_id)
            self._audit(session, "silence.ended", ended.rule_id or ended.version or "all rules", game_id=ended.game_id)

    def silences(self) -> list[Silence]:
        """Those that hold now."""
        with self._reading() as session:
            return silences(session, self._now())

    def positions(self) -> dict[str, dt.datetime]:
        """Up to when each game was judged."""
        with self._reading() as session:
            judged_to = positions(session)
        return {game_id: at for game_id, at in judged_to.items() if self._share.has(game_id)}

    def put_positions(self, judged_to: Mapping[str, dt.datetime]) -> None:
        """Up to when some games were judged; what was resolved long ago is forgotten."""
        with self._noting() as session:
            put_positions(session, judged_to)
            alert_incidents.forget(session, self._now())


def put(session: Session, rule_id: str, game_id: str | None, rule_json: str, now: dt.datetime) -> None:
    """In place of the one of the same id and game. Raises `Invalid`."""
    there = session.get(AlertRule, (rule_id, game_id or ALL))
    if there is not None:
        there.rule_json, there.changed_at = rule_json, now
        return
    if session.scalars(select(func.count()).select_from(AlertRule)).one() >= RULES_MAX:
        raise Invalid("id", f"expected at most {RULES_MAX:,} rules: remove some first")
    session.add(AlertRule(id=rule_id, game_id=game_id or ALL, rule_json=rule_json, created_at=now, changed_at=now))


def remove(session: Session, rule_id: str, game_id: str | None) -> None:
    """Raises `UnknownAlertRule`."""
    there = session.get(AlertRule, (rule_id, game_id or ALL))
    if there is None:
        raise UnknownAlertRule(rule_id, game_id)
    session.delete(there)


def find_all(session: Session) -> list[RuleRow]:
    """By id; one for all games before those of games."""
    rows = session.scalars(select(AlertRule).order_by(AlertRule.id, AlertRule.game_id))
    return [RuleRow(row.id, row.game_id or None, row.rule_json, row.changed_at) for row in rows]


def add_silence(session: Session, silence: Silence) -> Silence:
    """Its `id` is given here. Those that are over are forgotten. Raises `Invalid`."""
    session.execute(delete(AlertSilence).where(AlertSilence.until <= silence.created_at))
    if session.scalars(select(func.count()).select_from(AlertSilence)).one() >= SILENCES_MAX:
        raise Invalid("until", f"expected at most {SILENCES_MAX:,} silences at a time: end some first")
    row = AlertSilence(
        rule_id=silence.rule_id or ALL,
        game_id=silence.game_id or ALL,
        version=silence.version or ALL,
        until=silence.until,
        note=silence.note,
        created_at=silence.created_at,
    )
    session.add(row)
    session.flush()
    return silence._replace(id=row.id)


def end_silence(session: Session, silence_id: int) -> Silence:
    """The one that was ended. Raises `UnknownSilence`."""
    row = session.get(AlertSilence, silence_id) if 0 < silence_id < 2**31 else None
    if row is None:
        raise UnknownSilence(silence_id)
    session.delete(row)
    return _silence(row)


def silences(session: Session, now: dt.datetime) -> list[Silence]:
    """Those that hold now, oldest first."""
    rows = session.scalars(select(AlertSilence).where(AlertSilence.until > now).order_by(AlertSilence.id))
    return [_silence(row) for row in rows]


def positions(session: Session) -> dict[str, dt.datetime]:
    """Up to when each game was judged."""
    return {row.game_id: row.judged_to for row in session.scalars(select(AlertPosition))}


def put_positions(session: Session, judged_to: Mapping[str, dt.datetime]) -> None:
    session.execute(delete(AlertPosition).where(AlertPosition.game_id.in_(list(judged_to))))
    if judged_to:
        rows = [{"game_id": game_id, "judged_to": moment} for game_id, moment in judged_to.items()]
        session.execute(insert(AlertPosition), rows)


def _silence(row: AlertSilence) -> Silence:
    return Silence(
        row.id, row.rule_id or None, row.game_id or None, row.version or None, row.until, row.note, row.created_at
    )
