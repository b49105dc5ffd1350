"""Sessions and players without a crash.

A session belongs to the bucket in which it starts, and so do its crashes, whenever they are reported: it is what
`summary` says of a session. A **crash** is a `crash` event, which says that the process died.

- **crashFreeSessions** = 1 - sessions with at least one crash / sessions. **crashFreePlayers** = 1 - players with at
  least one such session / players with a session, both in the same bucket. Each with its 95 % Wilson interval.
- **crashReports** are all crashes, **crashedSessions** the sessions that had some: a session may report several.
  **reportsPer1000Sessions** counts the reports.
- **crashedSessionsPer1000Hours** and **hoursBetween** count crashed sessions by the hours played, which are the lengths
  of all sessions of the bucket.

Reports of a crash come at the next start of the game: until a bucket is settled (72 hours) its rates are provisional.
`parts` are pooled over the complete buckets; their players are distinct over all of them. `splitBy` tells parts apart;
all but the largest `partCount` by sessions are one, `(other)`. Of nothing every ratio is null.

### Example

1,000 sessions of 400 players, 500 hours together; 12 sessions of 7 players crashed and sent 20 reports. That is 98.8 %
crash-free sessions (97.9 to 99.3 %), 98.25 % crash-free players, 20 reports per 1,000 sessions, 24 crashed sessions per
1,000 hours, and 41.7 hours from one to the next.

### Elsewhere

Sentry counts sessions and users over the whole range; Google Play counts users of a day, in the time of Los Angeles.
Some SDKs call any exception that nobody caught a crash, although the game goes on: here that is an `error`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import Span, buckets_of, span_of
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.splitting import OTHER, SplitBy
from playtrace.metrics.frame.wilson import ratio, wilson_interval

PARTS_MAX = 50
POINTS_MAX = 10_000
HOUR_US = 3_600_000_000


class Parameters(CommonParameters):
    interval: Literal["hour", "day", "week"] = Field("day", description="Length of a bucket.")
    split_by: SplitBy | None = Field(None, description="Parts that are told apart: by the first event of a session.")
    part_count: int = Field(10, ge=1, le=PARTS_MAX, description="How many of them, by sessions; the rest is `(other)`.")


class Stability(Model):
    part: str = Field(description="Value of what is split by, empty where none was sent; `(other)` is the rest.")
    sessions: int
    crashed_sessions: int
    crash_free_sessions: float | None
    crash_free_sessions_low: float | None = Field(description="Lower end of the 95 % Wilson interval.")
    crash_free_sessions_high: float | None = Field(description="Upper end of the 95 % Wilson interval.")
    players: int = Field(description="Distinct players with a session.")
    crashed_players: int = Field(description="Of them, those with a session that crashed.")
    crash_free_players: float | None
    crash_free_players_low: float | None = Field(description="Lower end of the 95 % Wilson interval.")
    crash_free_players_high: float | None = Field(description="Upper end of the 95 % Wilson interval.")
    crash_reports: int
    hours_played: float
    reports_per1000_sessions: float | None
    crashed_sessions_per1000_hours: float | None
    hours_between: float | None = Field(description="Hours played / crashed sessions.")


class StabilityPoint(Judged, Stability):
    start: dt.datetime


class CrashFree(CommonAnswer):
    interval: Literal["hour", "day", "week"]
    split_by: SplitBy | None
    parts: list[Stability] = Field(description="Pooled over the complete buckets; the largest first.")
    points: list[StabilityPoint] = Field(description="Each bucket; where something is split, each part of it.")

    def table(self) -> list[dict[str, object]]:
        if self.split_by:
            return super().table()
        return [
            point.model_dump(mode="json", by_alias=True, exclude={"part"})
            for point in sorted(self.points, key=lambda point: point.start)
        ]


# One more than are told apart: whether there are others.
LARGEST: LiteralString = """
SELECT split AS part, count(*) AS sessions FROM sessions GROUP BY split ORDER BY sessions DESC, part LIMIT $parts_max
"""

# Bucket -1 is all that is complete.
SQL: LiteralString = """
WITH
begun AS (
    SELECT bucket, player_id, length_us, crashes,
        CASE
            WHEN $kept::VARCHAR[] IS NULL OR list_contains($kept::VARCHAR[], split) THEN split ELSE $other
        END AS part
    FROM sessions
)
SELECT bucket, part, count(*) AS sessions, count(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions,
    count(DISTINCT player_id) AS players, count(DISTINCT CASE WHEN crashes > 0 THEN player_id END) AS crashed_players,
    CAST(sum(crashes) AS BIGINT) AS crash_reports, sum(length_us) AS length_us
FROM begun
GROUP BY bucket, part
UNION ALL
SELECT CAST(-1 AS BIGINT) AS bucket, part, count(*) AS sessions,
    count(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions, count(DISTINCT player_id) AS players,
    count(DISTINCT CASE WHEN crashes > 0 THEN player_id END) AS crashed_players,
    CAST(sum(crashes) AS BIGINT) AS crash_reports, sum(length_us) AS length_us
FROM begun
WHERE bucket < $complete
GROUP BY part
"""
POOLED = -1
NOTHING: dict[str, Any] = dict.fromkeys(
    ("sessions", "crashed_sessions", "players", "crashed_players", "crash_reports", "length_us"), 0
)


def answer(parameters: Parameters, asking: Asking) -> CrashFree:
    buckets = buckets_of(span_of(parameters, asking.now), parameters.interval, ZoneInfo(parameters.time_zone))
    scope = Scope(parameters, asking, buckets, split_by=parameters.split_by)
    complete = sum(bucket.is_complete(asking) for bucket in buckets)
    parts, kept = [""], None
    if parameters.split_by:
        parts = [row["part"] for row in scope.rows(LARGEST, parts_max=parameters.part_count + 1)]
        if len(parts) > parameters.part_count:
            kept = parts[: parameters.part_count]
            parts = [*kept, OTHER]
    if len(parts) * len(buckets) > POINTS_MAX:
        raise WrongParameter("interval", f"More than {POINTS_MAX} points. Ask for a longer interval or fewer parts.")
    # Players of several parts count once in what is folded, which is no sum.
    rows = scope.rows(SQL, kept=kept, other=OTHER, complete=complete)
    found = {(row["bucket"], row["part"]): row for row in rows}
    return CrashFree(
        interval=parameters.interval,
        split_by=parameters.split_by,
        parts=[Stability(**_figures(part, found.get((POOLED, part), NOTHING))) for part in parts],
        points=[
            _point(part, bucket, found.get((index, part), NOTHING), asking)
            for part in parts
            for index, bucket in enumerate(buckets)
        ],
        **asking.heading(parameters, buckets[0].start, buckets[-1].end, scope.source),
    )


def _point(part: str, bucket: Span, row: dict[str, Any], asking: Asking) -> StabilityPoint:
    return StabilityPoint(
        start=bucket.start,
        complete=bucket.is_complete(asking),
        settled=bucket.is_settled(asking),
        **_figures(part, row),
    )


def _figures(part: str, row: dict[str, Any]) -> dict[str, Any]:
    sessions, crashed = row["sessions"], row["crashed_sessions"]
    players, crashed_players = row["players"], row["crashed_players"]
    of_sessions = wilson_interval(sessions - crashed, sessions)
    of_players = wilson_interval(players - crashed_players, players)
    length_us = int(row["length_us"])
    return {
        "part": part,
        "sessions": sessions,
        "crashed_sessions": crashed,
        "crash_free_sessions": ratio(sessions - crashed, sessions),
        "crash_free_sessions_low": of_sessions[0] if of_sessions else None,
        "crash_free_sessions_high": of_sessions[1] if of_sessions else None,
        "players": players,
        "crashed_players": crashed_players,
        "crash_free_players": ratio(players - crashed_players, players),
        "crash_free_players_low": of_players[0] if of_players else None,
        "crash_free_players_high": of_players[1] if of_players else None,
        "crash_reports": row["crash_reports"],
        "hours_played": length_us / HOUR_US,
        "reports_per1000_sessions": ratio(1000 * row["crash_reports"], sessions),
        "crashed_sessions_per1000_hours": ratio(1000 * crashed * HOUR_US, length_us),
        "hours_between": ratio(length_us / HOUR_US, crashed),
    }


METRIC = Metric(__name__, __doc__, Parameters, CrashFree, answer, subject="Technical")
