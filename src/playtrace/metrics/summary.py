"""The figures of a time range, beside those of the time directly before.

Events are those of the asked `env`. A **qualifying** event has a player and is none of `push_received`, `server_grant`
and `crash_upload`.

- **activePlayers**: distinct players with a qualifying event in the range. **newPlayers**: players whose first
  qualifying event ever lies in it. **dauMean**: the mean, over the complete days of the range since the game's first
  qualifying event, of the players active on the day. **playersNow**: players with a qualifying event in the last five
  minutes, whatever the range.
- A **session** belongs to the range in which it starts. It is all events of a player with one session id; its length is
  its largest `mono_ms`, else last minus first event. A silence strictly longer than the session timeout (30 minutes)
  ends it, unless the next event says by its `mono_ms` that it was on all the while, for a day at most. Events without a
  session id are told apart by such silences alone. Session ids of 16 characters and more need no player. Sessions
  without an end event count with what is known; what happens without the player stretches none, and a crash that is
  reported with an old id after such a silence belongs to the session that had it.
- **crashCount**: events named `crash`, when they happened. **crashedSessions**: sessions with at least one of
  another `class` than `hang`: a game that hung did not die.
  **crashFreeSessions** = 1 - crashed sessions / sessions. **crashFreePlayers** = 1 - players with a crashed session /
  players with a session.
- **revenueMicros**: what `revenue` counts as net: the values of `purchase` events in `currency`, in millionths, without
  those that say `validated: false`, each order once, less refunds. Nothing is converted: purchases in other currencies
  are counted in `otherCurrencyPurchases`. A purchase that names no currency is in the game's own.
- **avgFps** of `performance` events = frames / seconds. Seconds are the property `duration_s`, else 1; frames the
  property `frames`, else the event's value or property `fps` times the seconds.

A filter looks at the event itself for counts and activity, at the first event for a session, and at the first event
ever for a new player. The time before has as many days, if the range consists of whole days, else as many seconds; of a
range that is not over it is as much as has passed, to the nearest quarter of an hour. Ratios of nothing are null.

### Example

Sessions of 0, 5, 10 and 65 minutes have a mean length of 20 minutes and a median of 7.5. Of 1,000 sessions of 400
players, 12 have a crash, by 7 players who sent 20 reports: 20 crashes, 98.8 % of sessions without one, and 98.25 % of
players. A game that drew 990 frames of 10 ms, 9 of 20 ms and one of 200 ms drew 1,000 frames in 10.28 s: 97.28 frames a
second, where the mean of the frames' own rates would say 99.46.

### Elsewhere

Sessions: Unity and Mixpanel end one after 30 minutes too; Mixpanel also cuts them at midnight; Talo averages only
sessions that have an end, from which every crash is missing. devtodev has called the mean by session and the mean by
player the same. Crashes: Sentry counts sessions and users of the range, as here; Google Play counts users of a day, on
days of Los Angeles. New players: Umami, Rybbit and OpenPanel take who was first seen in the range for new, veterans
too.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import as_far_as, buckets_of, span_before, span_of
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model, in_units
from playtrace.metrics.frame.money import EARNED, bound_purchases
from playtrace.metrics.frame.players_now import players_now
from playtrace.metrics.frame.scope import Scope, Table
from playtrace.metrics.frame.wilson import ratio


class Parameters(CommonParameters):
    currency: Annotated[str, StringConstraints(to_upper=True)] = Field(
        "USD", min_length=1, max_length=16, description="Currency of the revenue. Default: the game's own, else USD."
    )


class Figures(Model):
    event_count: int = Field(description="Events of any name.")
    active_players: int = Field(description="Distinct players with a qualifying event in the range.")
    new_players: int = Field(description="Players whose first event ever lies in the range.")
    session_count: int = Field(description="Sessions started in the range.")
    avg_session_seconds: float | None = Field(description="Mean length of those sessions.")
    median_session_seconds: float | None = Field(description="Median length of those sessions.")
    crash_count: int = Field(description="Crash reports: events named `crash`.")
    crashed_sessions: int = Field(description="Sessions started in the range with at least one crash.")
    crash_free_sessions: float | None = Field(description="1 - crashed sessions / sessions.")
    crash_free_players: float | None = Field(description="1 - players with a crashed session / players with a session.")
    revenue_micros: int = Field(description="Net of purchases in `currency`, in millionths.")
    currency: str
    other_currency_purchases: int = Field(description="Purchases in other currencies, which the sum leaves out.")
    dau_mean: float | None = Field(
        description="Mean daily active players over the complete days of the range since the game's first."
    )
    avg_fps: float | None = Field(description="Frames drawn / seconds in which they were drawn.")
    players_now: int | None = Field(description="Players with an event in the last five minutes; null for the past.")


class Summary(Judged, Figures, CommonAnswer):
    current: Figures
    previous: Figures = Field(description="The same figures for [previousFrom, previousTo).")
    previous_from: dt.datetime
    previous_to: dt.datetime

    def table(self) -> list[dict[str, object]]:
        current, previous = (
            figures.model_dump(mode="json", by_alias=True) | {"revenueMicros": in_units(figures.revenue_micros)}
            for figures in (self.current, self.previous)
        )
        return [
            {"figure": name.removesuffix("Micros"), "current": value, "previous": previous[name]}
            for name, value in current.items()
        ]


# Bucket 0 is the time before, bucket 1 the range. One statement, whose parts the store works out beside each other.
FIGURES: LiteralString = f"""
WITH
{EARNED},
happened AS (
    SELECT bucket, sum(events) AS event_count,
        sum(CASE WHEN name = 'crash' THEN events ELSE 0 END) AS crash_count,
        sum(frames_micros) AS frames_micros, sum(frames_us) AS frames_us
    FROM event_counts
    GROUP BY bucket
),
newcomers AS (
    SELECT bucket, count(*) AS new_players FROM players GROUP BY bucket
),
ended AS (
    SELECT bucket, count(*) AS session_count, sum(length_us) AS length_us,
        quantile_cont(length_us, 0.5) AS median_length_us,
        count(CASE WHEN crashes > 0 THEN 1 END) AS crashed_sessions,
        count(DISTINCT player_id) AS players,
        count(DISTINCT CASE WHEN crashes > 0 THEN player_id END) AS crashed_players
    FROM sessions
    GROUP BY bucket
)
SELECT times.bucket, first_at, event_count, crash_count, revenue_micros, other_currency_purchases, frames_micros,
    frames_us, new_players, session_count, length_us, median_length_us, crashed_sessions, players, crashed_players
FROM times
CROSS JOIN beginning
LEFT JOIN happened ON happened.bucket = times.bucket
LEFT JOIN earned ON earned.bucket = times.bucket
LEFT JOIN newcomers ON newcomers.bucket = times.bucket
LEFT JOIN ended ON ended.bucket = times.bucket
"""

# The same of days, each of one of these periods. A day has a bit in a word, and none where it is not complete.
ACTIVE: LiteralString = """
WITH
seen AS (
    SELECT period, player_id, word, bit_or(bit) AS bits
    FROM active
    JOIN days ON active.bucket = days.bucket
    GROUP BY period, player_id, word
),
played AS (
    SELECT period, player_id, sum(bit_count(bits)) AS player_days FROM seen GROUP BY period, player_id
)
SELECT period AS bucket, count(*) AS active_players, sum(player_days) AS player_days FROM played GROUP BY period
"""

WORD_DAYS = 62
"""Days that are bits of one integer."""


def answer(parameters: Parameters, asking: Asking) -> Summary:
    zone = ZoneInfo(parameters.time_zone)
    span = span_of(parameters, asking.now)
    before = span_before(span, zone)
    compared = as_far_as(before, span, asking.now)
    # The days of both times, cut at their borders.
    current_days = [day.cut(span) for day in buckets_of(span, "day", zone)]
    previous_days = [day.cut(before) for day in buckets_of(before, "day", zone) if day.start < compared.end]
    whole = [day.end <= compared.end for day in previous_days] + [day.is_complete(asking) for day in current_days]
    days = [day.cut(compared) for day in previous_days] + current_days

    of_times = Scope(parameters, asking, [compared, span])
    of_days = Scope(parameters, asking, days)
    times = Table("times", {"bucket": "BIGINT"}, [(0,), (1,)])
    places = Table(
        "days",
        {"bucket": "BIGINT", "period": "BIGINT", "word": "BIGINT", "bit": "BIGINT"},
        [
            (index, int(index >= len(previous_days)), index // WORD_DAYS, 1 << (index % WORD_DAYS) if is_whole else 0)
            for index, is_whole in enumerate(whole)
        ],
    )
    found: dict[int, dict[str, Any]] = {0: {}, 1: {}}
    for row in of_times.rows(FIGURES, times, **bound_purchases(parameters.currency)) + of_days.rows(ACTIVE, places):
        found[row["bucket"]] |= {name: value for name, value in row.items() if value is not None}
    began_at = found[1].get("first_at")
    averaged = [
        day for day, is_whole in zip(days, whole, strict=True) if is_whole and day.is_averaged(asking, began_at)
    ]
    current = _figures(found[1], parameters, sum(day.start >= span.start for day in averaged))
    previous = _figures(found[0], parameters, sum(day.start < span.start for day in averaged))
    current.players_now = players_now(parameters, asking)
    source = of_days.source if of_days.source == "raw" else of_times.source
    return Summary(
        **current.model_dump(by_alias=False),
        current=current,
        previous=previous,
        previous_from=before.start,
        previous_to=compared.end,
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, source),
    )


def _figures(row: dict[str, Any], parameters: Parameters, averaged_days: int) -> Figures:
    crashed_sessions = row.get("crashed_sessions", 0)
    session_count = row.get("session_count", 0)
    median_us = row.get("median_length_us")
    return Figures(
        event_count=int(row.get("event_count", 0)),
        active_players=row.get("active_players", 0),
        new_players=row.get("new_players", 0),
        session_count=session_count,
        avg_session_seconds=ratio(int(row.get("length_us", 0)) / 1e6, session_count),
        median_session_seconds=None if median_us is None else median_us / 1e6,
        crash_count=int(row.get("crash_count", 0)),
        crashed_sessions=crashed_sessions,
        crash_free_sessions=ratio(session_count - crashed_sessions, session_count),
        crash_free_players=ratio(row.get("players", 0) - row.get("crashed_players", 0), row.get("players", 0)),
        revenue_micros=int(row.get("revenue_micros", 0)),
        currency=parameters.currency,
        other_currency_purchases=int(row.get("other_currency_purchases", 0)),
        dau_mean=ratio(int(row.get("player_days", 0)), averaged_days),
        avg_fps=ratio(int(row.get("frames_micros", 0)), int(row.get("frames_us", 0))),
        players_now=None,
    )


METRIC = Metric(__name__, __doc__, Parameters, Summary, answer, subject="Overview")
