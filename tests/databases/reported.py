"""Reports of a game database beside playtrace's own metrics of the same events."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from playtrace.metrics.frame.metric import metrics
from playtrace.store.duckdb import Store

Row = dict[str, Any]


@dataclass(frozen=True)
class Both:
    """The same events in a store and in a game database, whose reports are as of `moment`."""

    store: Store
    database: psycopg.Connection[Row]
    game: str
    zone: str
    currency: str
    moment: dt.datetime

    def refresh(self) -> None:
        self.database.execute(f"SET playtrace.as_of = '{self.moment.isoformat()}'".encode())
        self.database.execute("CALL report.refresh()")

    def metric(self, name: str, **asked: Any) -> Row:
        metric = metrics()[name]
        parameters = metric.parameters.model_validate({"gameId": self.game, "timeZone": self.zone, **asked})
        return metric.answer(parameters, self.store, self.moment).model_dump(by_alias=False)

    def view(self, name: str, order: str) -> list[Row]:
        return self.database.execute(f"SELECT * FROM report.{name} ORDER BY {order}".encode()).fetchall()


def same(found: list[Row], expected: list[Row], *fields: str) -> None:
    """Row for row, the named fields; numbers up to the order in which they were added."""
    assert len(found) == len(expected) > 0
    for one, other in zip(found, expected, strict=True):
        for field in fields:
            value = other[field]
            close = pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value
            assert one[field] == close, (field, one, other)


def range_of(rows: list[Row], field: str) -> dict[str, str]:
    return {"from": min(row[field] for row in rows).isoformat(), "to": max(row[field] for row in rows).isoformat()}


def every_view_equals_its_metric(both: Both) -> None:
    """All that have a metric of their name."""
    same_active_players(both)
    same_sessions(both)
    same_crash_free(both)
    same_retention(both)
    same_revenue(both)
    same_spenders(both)
    same_achievements(both)
    same_progression(both)


def same_active_players(both: Both) -> list[Row]:
    found = both.view("active_players", "day")
    expected = both.metric("active_players", **range_of(found, "day"))["days"]
    for row in expected:
        row |= {"new_players": row["new"], "returning_players": row["returning"], "is_complete": row["complete"]}
    same(
        found, expected, *("day", "dau", "wau", "mau", "new_players", "returning_players", "stickiness"), "is_complete"
    )
    return found


def same_sessions(both: Both) -> list[Row]:
    found = both.view("sessions", "day")
    expected = both.metric("sessions", **range_of(found, "day"))["buckets"]
    counts = ("sessions", "players", "sessions_per_player", "quit", "background", "crashed", "lost", "running")
    same(found, expected, *counts, "mean_seconds", "median_seconds", "p90_seconds", "p95_seconds")
    return found


def same_crash_free(both: Both) -> None:
    found = both.view("crash_free", "day")
    expected = both.metric("crash_free", **range_of(found, "day"))["points"]
    fields = ("sessions", "crashed_sessions", "crash_free_sessions", "players", "crashed_players")
    same(found, expected, *fields, "crash_free_players", "crash_reports", "hours_played")


def same_retention(both: Both) -> None:
    days = range_of(both.view("active_players", "day"), "day")
    last_day = dt.date.fromisoformat(days["to"])
    found = both.view("retention", "cohort, days_after")
    answer = both.metric("retention", **days)
    offsets = [column["first_day"] for column in answer["columns"]]
    expected = [
        {"cohort": cohort["cohort"], "days_after": days, "size": cohort["size"], "is_complete": cell["complete"]} | cell
        for cohort in answer["cohorts"]
        for days, cell in zip(offsets, cohort["cells"], strict=True)
        # Days to come are not looked at, and a cohort without players has no rows.
        if cohort["size"] and cohort["cohort"] + dt.timedelta(days=days) <= last_day
    ]
    same(found, expected, "cohort", "days_after", "size", "retained", "share", "is_complete")


def same_revenue(both: Both) -> list[Row]:
    found = both.view("revenue", "day, currency")
    asked = range_of(both.view("active_players", "day"), "day")
    first_day = dt.date.fromisoformat(asked["from"])
    answer = both.metric("revenue", currency=both.currency, **asked)
    points = {(first_day + dt.timedelta(days=number)): point for number, point in enumerate(answer["points"])}
    own = [row for row in found if row["is_own_currency"]]
    amounts = ("gross_micros", "refunds_micros", "net_micros")
    for row in own:
        assert {field: row[field] for field in amounts} == {field: points[row["day"]][field] for field in amounts}
    days = {row["day"] for row in own}
    assert all(point["payments"] == 0 for day, point in points.items() if day not in {row["day"] for row in found})
    assert all(points[day]["gross_micros"] == 0 for day in points if day not in days)
    for point in answer["currencies"]:
        of_currency = [row for row in found if row["currency"] == point["paid_in"]]
        assert sum(row["gross_micros"] for row in of_currency) == point["own_gross_micros"]
        assert sum(row["refunds_micros"] for row in of_currency) == point["own_refunds_micros"]
        assert sum(row["payments"] for row in of_currency) == point["payments"]
    return found


def same_spenders(both: Both) -> None:
    found = both.view("spenders", '"group"')
    answer = both.metric("spenders", currency=both.currency)
    fields = ("group", "players", "payer_share", "net_micros", "revenue_share", "least_micros", "most_micros")
    same(found, sorted(answer["groups"], key=lambda row: row["group"]), *fields)
    scores: dict[tuple[int, int, int], int] = {}
    for row in both.view("spender", "player"):
        if row["monetary"] is not None:
            key = (row["recency"], row["frequency"], row["monetary"])
            scores[key] = scores.get(key, 0) + 1
    assert scores == {(row["recency"], row["frequency"], row["monetary"]): row["players"] for row in answer["rfm"]}


def same_achievements(both: Both) -> None:
    found = both.view("achievements", "achievement")
    expected = sorted(both.metric("achievements")["achievements"], key=lambda row: row["achievement"])
    same(found, expected, "achievement", "players", "share", "unlocked_in_range", "median_seconds")


def same_progression(both: Both) -> list[Row]:
    found = both.view("progression", "level")
    expected = sorted(both.metric("progression")["nodes"], key=lambda row: row["level"])
    counts = ("attempts", "completes", "fails", "abandons", "open_attempts", "start_missing", "players")
    rates = ("completion_rate", "fail_rate", "abandon_rate", "player_completion", "hardship_low")
    firsts = ("completed_players", "first_completions", "attempts_to_complete_median", "attempts_to_complete_p90")
    times = ("winning_seconds_median", "winning_seconds_p90", "active_seconds_median", "active_seconds_p90")
    same(found, expected, "level", *counts, *rates, *firsts, *times)
    return found
