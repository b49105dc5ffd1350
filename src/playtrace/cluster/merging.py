"""What several loaders say, as one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from playtrace.api.health import (
    AlertsHealth,
    BackupHealth,
    DiskHealth,
    Health,
    JournalHealth,
    MirrorsHealth,
    ReportsHealth,
    StoreHealth,
)


def journal(shares: Sequence[Health | None]) -> JournalHealth | None:
    """How far all are behind: the events of all, as long as the one that is furthest. None where one cannot tell."""
    found = [one.journal for one in shares if one is not None and one.journal is not None]
    if not shares or len(found) < len(shares):
        return None
    return JournalHealth(
        lag_events=sum(one.lag_events for one in found),
        lag_seconds=max(one.lag_seconds for one in found),
        broker_messages=_all([one.broker_messages for one in found], sum),
        bytes=sum(one.bytes for one in found),
        bytes_max=sum(one.bytes_max for one in found),
        damaged_events=sum(one.damaged_events for one in found),
    )


def store(shares: Sequence[Health]) -> StoreHealth:
    """Of those that could be asked."""
    rebuilding = [one.store.rebuilding_from for one in shares if one.store.rebuilding_from is not None]
    return StoreHealth(
        events=sum(one.store.events for one in shares),
        bytes=sum(one.store.bytes for one in shares),
        rebuilding_from=min(rebuilding, default=None),
    )


def disk(shares: Sequence[Health]) -> DiskHealth | None:
    """The one that has least room."""
    return min((one.disk for one in shares if one.disk is not None), key=lambda disk: disk.free_bytes, default=None)


def alerts(shares: Sequence[Health]) -> AlertsHealth:
    return AlertsHealth(failing_rules=sum(one.alerts.failing_rules for one in shares))


def reports(shares: Sequence[Health]) -> ReportsHealth:
    return ReportsHealth(failing_reports=sum(one.reports.failing_reports for one in shares))


def mirrors(shares: Sequence[Health]) -> MirrorsHealth:
    return MirrorsHealth(
        failing=sum(one.mirrors.failing for one in shares),
        lag_seconds=max((one.mirrors.lag_seconds for one in shares), default=0.0),
    )


def backup(shares: Sequence[Health]) -> BackupHealth | None:
    """All shares have a backup that is as old as the oldest of the latest ones."""
    found = [one.backup for one in shares if one.backup is not None]
    if not found:
        return None
    return BackupHealth(
        last_success=_all([one.last_success for one in found], min),
        is_failing=any(one.is_failing for one in found),
        next_run=_all([one.next_run for one in found], min),
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
