"""What loaders say of their shares, as one answer."""

from __future__ import annotations

import datetime as dt
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
from playtrace.cluster import merging

NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def behind(events: int, seconds: float, messages: int | None) -> JournalHealth:
    return JournalHealth(
        lag_events=events, lag_seconds=seconds, broker_messages=messages, bytes=10, bytes_max=100, damaged_events=1
    )


def of_loader(journal: JournalHealth | None = None, *, days: int = 0, backup: BackupHealth | None = None) -> Health:
    return Health(
        status="healthy",
        timestamp=NEW_YEAR,
        message="",
        version="",
        uptime_seconds=1.0,
        journal=journal,
        store=StoreHealth(events=5, bytes=7, rebuilding_from=NEW_YEAR.date() + dt.timedelta(days) if days else None),
        disk=DiskHealth(free_bytes=100 - days),
        jobs=[],
        alerts=AlertsHealth(failing_rules=1),
        reports=ReportsHealth(failing_reports=0),
        mirrors=MirrorsHealth(failing=0, lag_seconds=float(days)),
        backup=backup,
    )


def test_all_are_as_far_behind_as_the_one_that_is_furthest() -> None:
    told = merging.journal([of_loader(behind(3, 1.5, 10)), of_loader(behind(4, 0.5, 0))])
    assert told == JournalHealth(
        lag_events=7, lag_seconds=1.5, broker_messages=10, bytes=20, bytes_max=200, damaged_events=2
    )


def test_what_one_cannot_tell_nobody_tells_of_all() -> None:
    assert merging.journal([of_loader(behind(3, 1.5, 10)), None]) is None
    assert merging.journal([of_loader(behind(3, 1.5, 10)), of_loader()]) is None
    assert merging.journal([]) is None


def test_stores_are_told_together() -> None:
    both = [of_loader(days=2), of_loader(days=1)]
    assert merging.store(both) == StoreHealth(events=10, bytes=14, rebuilding_from=dt.date(2026, 1, 2))
    assert merging.disk(both) == DiskHealth(free_bytes=98)
    assert merging.alerts(both).failing_rules == 2
    assert merging.mirrors(both).lag_seconds == 2.0
    assert merging.backup(both) is None
    assert merging.store([]).events == 0
    assert merging.disk([]) is None


def test_the_oldest_backup_is_that_of_all() -> None:
    old = BackupHealth(last_success=NEW_YEAR, is_failing=False, next_run=None)
    new = BackupHealth(last_success=NEW_YEAR + dt.timedelta(1), is_failing=True, next_run=NEW_YEAR)
    told = merging.backup([of_loader(backup=new), of_loader(backup=old)])
    assert told == BackupHealth(last_success=NEW_YEAR, is_failing=True, next_run=None)


def rules(failures: list[str], judged_to: str | None, cannot_judge: str | None = None) -> dict[str, Any]:
    told = [{"error": error} for error in failures]
    rule = {"rule": {"id": "crashes"}, "failures": told, "lastError": failures[0] if failures else None}
    return {"rules": [rule], "cannotJudge": cannot_judge, "judgedTo": judged_to}


def test_a_rule_fails_where_any_loader_cannot_judge_it() -> None:
    (one,) = merging.rules([rules([], "12:00"), rules(["why"], "11:00")])["rules"]
    assert (one["failures"], one["lastError"]) == ([{"error": "why"}], "why")
    merged = merging.rules([rules(["same"], "12:00"), rules(["same"], "11:00", "none can")])
    assert merged["rules"][0]["failures"] == [{"error": "same"}]
    assert (merged["judgedTo"], merged["cannotJudge"]) == ("11:00", "none can")
    assert merging.rules([rules([], "12:00"), rules([], None)])["judgedTo"] is None


def test_games_that_are_deleted_are_those_of_all() -> None:
    assert merging.deletions([{"games": [1]}, {"games": []}, {"games": [2]}]) == {"games": [1, 2]}
