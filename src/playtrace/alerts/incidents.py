"""What becomes of an incident with each verdict: one opens, gets worse or better, and is resolved.

Pure: `follow` takes what there was and what is seen, and returns what there is now and what is told of it.

- It opens with the first verdict that is `over`, and is told once. It is told again when it is twice as bad as was told
  last, at most every 15 minutes.
- It is resolved when it was `calm` for as long as the rule says, and that is told if its opening was.
- What comes back within the cool-down is the same incident, open again, told as an update; and from then on it has to
  be calm for twice as long: what flaps is told less and less.
- While a silence holds, nothing is told. What is still open when it ends is told then.
- Unless somebody acknowledges it, it is told once more after a while, as critical, where the rule says so.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from playtrace.alerts.judging import Verdict
from playtrace.alerts.message import Severity

WORSE = 2.0
"""Told again when it is so many times what was told last, measured from what is usual."""
TOLD_AGAIN_AFTER = dt.timedelta(minutes=15)
DOUBLINGS_MAX = 6

Told = Literal["opened", "updated", "escalated", "resolved"]


class DimensionChange(Struct, frozen=True):
    """How much of a change one value of a dimension explains."""

    dimension: str
    value: str
    events: float
    usual: float
    share: float
    """Of the whole change."""


class Explanation(Struct, frozen=True):
    """What was seen when it was looked at."""

    changes: list[DimensionChange] = []
    """The three that explain most of the change."""
    crash: str | None = None
    """The most common one: its title, and the frame on top."""
    crash_events: int = 0
    crashes: int = 0
    versions: list[str] = []
    """Those with most of the events, the first three."""
    first_version: str | None = None
    """Of the versions that are affected, the one that was there first."""
    new_values: list[str] = []
    """Of a rule that looks for such."""


class Incident(Struct, frozen=True, kw_only=True):
    """All there is to know of one."""

    rule_id: str
    game_id: str
    part: str
    severity: Severity
    kind: Literal["players", "telemetry"]
    """`telemetry`: what was received fell too, or much of it was refused. The way here is looked at first."""
    in_words: str
    """What the rule said."""
    began_at: dt.datetime
    """Where what was seen first begins."""
    opened_at: dt.datetime
    changed_at: dt.datetime
    resolved_at: dt.datetime | None = None
    calm_since: dt.datetime | None = None
    times_opened: int = 1
    is_told: bool = False
    """Whether people think that it is open: then its end is told."""
    told_at: dt.datetime | None = None
    told_value: float = 0.0
    acknowledged_at: dt.datetime | None = None
    acknowledged_by: str | None = None
    escalated_at: dt.datetime | None = None
    value: float
    worst: float
    usual: float | None = None
    low: float | None = None
    high: float | None = None
    is_down: bool = False
    explanation: Explanation = Explanation()

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Incident:
        """Raises `msgspec.ValidationError`."""
        return msgspec.json.decode(text, type=cls)


class Policy(Struct, frozen=True):
    """What a rule says about its incidents, and whether a silence holds."""

    severity: Severity
    in_words: str
    resolve_after: dt.timedelta = dt.timedelta(0)
    cool_down: dt.timedelta = dt.timedelta(0)
    escalate_after: dt.timedelta | None = None
    is_silenced: bool = False


class Followed(Struct, frozen=True):
    """What there is now, and what is told of it."""

    incident: Incident | None
    told: Told | None = None


def follow(
    incident: Incident | None,
    verdict: Verdict | None,
    now: dt.datetime,
    policy: Policy,
    key: tuple[str, str, str],
    began_at: dt.datetime,
) -> Followed:
    """One verdict, about what begins at `began_at`. `incident` is the last one of this rule, game and part (`key`), if
    there is one.

    None for a verdict is that nothing can be said: an incident that is open stays as it is.
    """
    if incident is None or not incident.is_open:
        if verdict is None or verdict.state != "over":
            return Followed(incident)
        if incident is not None and incident.resolved_at and now - incident.resolved_at < policy.cool_down:
            opened = replace(
                incident,
                resolved_at=None,
                calm_since=None,
                times_opened=incident.times_opened + 1,
                severity=policy.severity,
                in_words=policy.in_words,
            )
        else:
            opened = _opened(verdict, now, policy, key, began_at)
        return _told(_seen(opened, verdict, now), now, policy)
    seen = incident
    if verdict is not None:
        seen = _seen(incident, verdict, now)
        calm_since = (seen.calm_since or now) if verdict.state == "calm" else None
        seen = replace(seen, calm_since=calm_since)
        if calm_since is not None and now - calm_since >= _patience(seen, policy):
            resolved = replace(seen, resolved_at=now)
            if not resolved.is_told or policy.is_silenced:
                return Followed(resolved)
            return Followed(replace(resolved, is_told=False), "resolved")
    return _told(seen, now, policy)


def acknowledged(incident: Incident, by: str, now: dt.datetime) -> Incident:
    """Somebody looks after it: it is not escalated any more."""
    if incident.acknowledged_at is not None:
        return incident
    return replace(incident, acknowledged_at=now, acknowledged_by=by)


def _opened(
    verdict: Verdict, now: dt.datetime, policy: Policy, key: tuple[str, str, str], began_at: dt.datetime
) -> Incident:
    rule_id, game_id, part = key
    return Incident(
        rule_id=rule_id,
        game_id=game_id,
        part=part,
        severity=policy.severity,
        kind="players",
        in_words=policy.in_words,
        began_at=began_at,
        opened_at=now,
        changed_at=now,
        value=verdict.value,
        worst=verdict.value,
    )


def _seen(incident: Incident, verdict: Verdict, now: dt.datetime) -> Incident:
    is_worse = verdict.value < incident.worst if verdict.is_down else verdict.value > incident.worst
    return replace(
        incident,
        changed_at=now,
        value=verdict.value,
        worst=verdict.value if is_worse and verdict.state == "over" else incident.worst,
        usual=verdict.usual,
        low=verdict.low,
        high=verdict.high,
        is_down=verdict.is_down if verdict.state == "over" else incident.is_down,
    )


def _told(incident: Incident, now: dt.datetime, policy: Policy) -> Followed:
    if policy.is_silenced:
        return Followed(incident)
    told: Told | None = None
    if not incident.is_told:
        told = "opened" if incident.told_at is None else "updated"
    elif (
        policy.escalate_after is not None
        and incident.acknowledged_at is None
        and incident.escalated_at is None
        and now - incident.opened_at >= policy.escalate_after
    ):
        return Followed(
            replace(incident, escalated_at=now, told_at=now, told_value=incident.value, severity="critical"),
            "escalated",
        )
    elif _is_worse(incident) and incident.told_at is not None and now - incident.told_at >= TOLD_AGAIN_AFTER:
        told = "updated"
    if told is None:
        return Followed(incident)
    return Followed(replace(incident, is_told=True, told_at=now, told_value=incident.value), told)


def _is_worse(incident: Incident) -> bool:
    usual = incident.usual or 0.0
    if incident.calm_since is not None:
        return False
    now, before = incident.value - usual, incident.told_value - usual
    return now <= WORSE * before < 0 if incident.is_down else now >= WORSE * before > 0


def _patience(incident: Incident, policy: Policy) -> dt.timedelta:
    return policy.resolve_after * 2 ** min(incident.times_opened - 1, DOUBLINGS_MAX)
