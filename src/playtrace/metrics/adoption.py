"""Which versions of the game are played.

For each day of the time zone, each player who is active on it (as in `active_players`) counts for one version: the one
that the last session that they started on the day ran. Who runs one version all day counts for that, also where no
session starts on the day; who runs several without starting a session counts for the last of them by name.

- **players** of a version, and **share** = players / all who are active on the day. The shares of a day add up to 1.
- **sessions** that were started with it, and **sessionShare** = sessions / all that were started on the day.

All but the largest `versionCount` by players, over all days, are one: `(other)`. The version of a session is that of
its first event; where none was sent it is empty. `from` and `to` are widened to whole days. All counts are exact.
Versions times days are at most 50,000.

### Example

Ten players, three of whom update during the day: 6 end it with 1.2 and 4 with 1.1. The shares are 0.6 and 0.4, although
7 touched 1.2.

### Elsewhere

Sentry looks at the last 24 hours and calls a version adopted from 10 % of the sessions of six hours on. Counting
everyone who touched a version, as many do, gives shares that add up to more than 1 on the day of a release.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import ONE_DAY, Span, days_between, first_and_last_day, span_of, whole_days
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.splitting import OTHER
from playtrace.metrics.frame.wilson import ratio

VERSIONS_MAX = 50
SHARES_MAX = 50_000
"""Versions times days of an answer: ten of them over ten years."""
REST = VERSIONS_MAX + 1
"""The place of all others."""


class Parameters(CommonParameters):
    version_count: int = Field(10, ge=1, le=VERSIONS_MAX, description="How many versions; the rest is `(other)`.")


class VersionShare(Model):
    players: int = Field(description="Players whose last session of the day ran it.")
    share: float | None = Field(description="players / dau.")
    sessions: int = Field(description="Sessions that were started with it.")
    session_share: float | None = Field(description="sessions / all that were started on the day.")


class AdoptionDay(Judged):
    day: dt.date
    dau: int
    sessions: int
    shares: list[VersionShare] = Field(description="In the order of the versions.")


class Adoption(CommonAnswer):
    versions: list[str] = Field(description="That with the most players first, `(other)` last; empty: none was sent.")
    days: list[AdoptionDay]

    def table(self) -> list[dict[str, object]]:
        """The shares of players."""
        names = [version or "unknown" for version in self.versions]
        rows: list[dict[str, object]] = []
        for day in self.days:
            shares = dict(zip(names, (share.share for share in day.shares), strict=True))
            rows.append({"day": day.day.isoformat(), "dau": day.dau, **shares, "complete": day.complete})
        return rows


SQL: LiteralString = """
WITH
ran AS (
    SELECT bucket, player_id, min(split) AS only_version, max(split) AS last_version
    FROM active
    GROUP BY bucket, player_id
),
started AS (
    SELECT bucket, player_id, split,
        row_number() OVER (PARTITION BY bucket, player_id ORDER BY started_at DESC, split DESC) AS place
    FROM sessions
),
ended_with AS (
    SELECT ran.bucket, ran.player_id,
        CASE WHEN only_version = last_version THEN only_version ELSE coalesce(split, last_version) END AS version
    FROM ran
    LEFT JOIN started ON started.bucket = ran.bucket AND started.player_id = ran.player_id AND started.place = 1
),
counted AS (
    SELECT bucket, version, count(*) AS players, CAST(0 AS BIGINT) AS sessions
    FROM ended_with
    GROUP BY bucket, version
    UNION ALL
    SELECT bucket, split AS version, CAST(0 AS BIGINT) AS players, count(*) AS sessions
    FROM started
    GROUP BY bucket, split
),
ranked AS (
    SELECT version, row_number() OVER (ORDER BY sum(players) DESC, version) AS place FROM counted GROUP BY version
)
SELECT bucket, CASE WHEN place <= $versions_max THEN place END AS place,
    CASE WHEN place <= $versions_max THEN counted.version END AS version, CAST(sum(players) AS BIGINT) AS players,
    CAST(sum(sessions) AS BIGINT) AS sessions
FROM counted
JOIN ranked ON counted.version = ranked.version
GROUP BY bucket, CASE WHEN place <= $versions_max THEN place END,
    CASE WHEN place <= $versions_max THEN counted.version END
"""


def answer(parameters: Parameters, asking: Asking) -> Adoption:
    zone = ZoneInfo(parameters.time_zone)
    span = whole_days(span_of(parameters, asking.now), zone)
    first, last = first_and_last_day(span, zone)
    buckets = days_between(first, last, zone)
    scope = Scope(parameters, asking, buckets, split_by="version")
    players: Counter[tuple[int, int]] = Counter()
    sessions: Counter[tuple[int, int]] = Counter()
    by_place: dict[int, str] = {}
    for row in scope.rows(SQL, versions_max=parameters.version_count):
        place = row["place"] or REST
        by_place[place] = OTHER if place == REST else row["version"]
        players[row["bucket"], place] += row["players"]
        sessions[row["bucket"], place] += row["sessions"]
    places = sorted(by_place)
    versions = [by_place[place] for place in places]
    if len(versions) * len(buckets) > SHARES_MAX:
        raise WrongParameter(
            "versionCount", f"More than {SHARES_MAX} shares. Ask for fewer versions or a shorter range."
        )
    days = [
        _day(
            first + index * ONE_DAY,
            bucket,
            asking,
            [(players[index, place], sessions[index, place]) for place in places],
        )
        for index, bucket in enumerate(buckets)
    ]
    return Adoption(versions=versions, days=days, **asking.heading(parameters, span.start, span.end, scope.source))


def _day(day: dt.date, bucket: Span, asking: Asking, counts: list[tuple[int, int]]) -> AdoptionDay:
    dau, started = sum(players for players, _ in counts), sum(sessions for _, sessions in counts)
    return AdoptionDay(
        day=day,
        dau=dau,
        sessions=started,
        shares=[
            VersionShare(
                players=players,
                share=ratio(players, dau),
                sessions=sessions,
                session_share=ratio(sessions, started),
            )
            for players, sessions in counts
        ],
        complete=bucket.is_complete(asking),
        settled=bucket.is_settled(asking),
    )


METRIC = Metric(__name__, __doc__, Parameters, Adoption, answer, subject="Technical")
