"""The figures of a time range, beside those of the time directly before.

Events are those of the asked `env`. A **qualifying** event has a player and is none of `push_received`, `server_grant`
and `crash_upload`.

- **activePlayers**: distinct players with a qualifying event in the range. **newPlayers**: players whose first
  qualifying event ever lies in it. **dauMean**: the mean, over the complete days of the range since the game's first
  qualifying event, of the players active on the day. **playersNow**: players with a qualifying event in the last five
  minutes, whatever the range.
- A **session** belongs to the range in which it starts. It is all events with one session id; its length is its largest
  `mono_ms`, else last minus first event. Events without a session id are grouped by player: a silence strictly longer
  than the session timeout (30 minutes) starts a new one. Sessions without an end event count with what is known.
- **crashCount**: events named `crash`, when they happened. **crashedSessions**: sessions with at least one.
  **crashFreeSessions** = 1 - crashed sessions / sessions. **crashFreePlayers** = 1 - players with a crashed session /
  players with a session.
- **revenueMicros**: sum of the values of `purchase` events in `currency`, in millionths; refunds are negative values.
  Nothing is converted: purchases in other currencies are counted in `otherCurrencyPurchases`.
- **avgFps** of `performance` events = frames / seconds. Seconds are the property `duration_s`, else 1; frames the
  property `frames`, else the event's value or property `fps` times the seconds.

A filter looks at the event itself for counts and activity, at the first event for a session, and at the first event
ever for a new player. The time before has as many days, if the range consists of whole days, else as many seconds; of a
range that is not over it is as much as has passed, to the nearest quarter of an hour. Ratios of nothing are null.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from playtrace.metrics.frame.bound_lists import bound_lists
from playtrace.metrics.frame.calendar import (
    as_far_as,
    buckets_of,
    day_masks,
    on_slots,
    plain,
    slices,
    span_before,
    span_of,
)
from playtrace.metrics.frame.filters import filters
from playtrace.metrics.frame.metric import Asking, Metric, source_of
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model, in_units
from playtrace.metrics.frame.wilson import ratio

NOW = dt.timedelta(minutes=5)
"""How long after an event a player counts as playing now."""


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
    revenue_micros: int = Field(description="Sum of purchases in `currency`, in millionths.")
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


ROLLUP: LiteralString = """
WITH
-- The days of both times; each has a bit in a word, and none where it is not complete.
calendar AS (
    SELECT unnest($calendar_current::BOOLEAN[]) AS is_current, unnest($calendar_word::BIGINT[]) AS word,
        unnest($calendar_bit::BIGINT[]) AS bit, unnest($calendar_day::DATE[]) AS day,
        unnest($calendar_am::BIGINT[]) AS am, unnest($calendar_pm::BIGINT[]) AS pm
),
counted AS (
    SELECT slot >= $from AS is_current, sum(events) AS event_count,
        sum(events) FILTER (WHERE name = 'crash') AS crash_count,
        sum(value_micros) FILTER (WHERE name = 'purchase' AND currency = $currency) AS revenue_micros,
        sum(events) FILTER (WHERE name = 'purchase' AND currency <> $currency) AS other_currency_purchases,
        sum(frames) AS frames, sum(frame_seconds) AS frame_seconds
    FROM event_counts
    WHERE game_id = $game AND slot >= $previous_from AND slot < $to AND (slot < $previous_to OR slot >= $from)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY slot >= $from
),
active AS (
    SELECT is_current, player_id, word, bit_or(bit) AS bits
    FROM player_days
    JOIN calendar ON player_days.day = calendar.day
    WHERE game_id = $game AND player_days.day >= $first_day AND player_days.day <= $last_day
        AND ((slots_am & calendar.am) <> 0 OR (slots_pm & calendar.pm) <> 0)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY is_current, player_id, word
),
activity AS (
    SELECT is_current, count(*) AS active_players, sum(player_days) AS player_days
    FROM (
        SELECT is_current, player_id, sum(bit_count(bits)) AS player_days FROM active GROUP BY is_current, player_id
    ) AS player
    GROUP BY is_current
),
entered AS (
    SELECT player_id, min(first_seen) AS entered_at, arg_min(platform, first_seen) AS platform,
        arg_min(version, first_seen) AS version, arg_min(country, first_seen) AS country
    FROM players
    WHERE game_id = $game
    GROUP BY player_id
),
arrived AS (
    SELECT entered_at >= $from AS is_current, count(*) AS new_players
    FROM entered
    WHERE entered_at >= $previous_from AND entered_at < $to AND (entered_at < $previous_to OR entered_at >= $from)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY entered_at >= $from
),
-- A session that started before the range may have parts in it.
explicit AS (
    SELECT session_id, arg_min(player_id, started_at) AS player_id, min(started_at) AS started_at,
        arg_min(platform, started_at) AS platform, arg_min(version, started_at) AS version,
        arg_min(country, started_at) AS country,
        coalesce(max(mono_ms) / 1e3, date_diff('microsecond', min(started_at), max(ended_at)) / 1e6) AS seconds,
        sum(crashes) AS crashes
    FROM sessions
    WHERE game_id = $game AND started_at >= $previous_from
    GROUP BY session_id
    HAVING min(started_at) < $to
),
gaps AS (
    SELECT *, max(ended_at) OVER (
        PARTITION BY player_id ORDER BY started_at, ended_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS silent_since
    FROM activity_islands
    WHERE game_id = $game AND ended_at >= $islands_from
),
numbered AS (
    SELECT *, sum(CASE WHEN started_at <= silent_since + $session_timeout::INTERVAL THEN 0 ELSE 1 END) OVER (
        PARTITION BY player_id ORDER BY started_at, ended_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS session_number
    FROM gaps
),
inferred AS (
    SELECT player_id, min(started_at) AS started_at, arg_min(platform, started_at) AS platform,
        arg_min(version, started_at) AS version, arg_min(country, started_at) AS country,
        date_diff('microsecond', min(started_at), max(ended_at)) / 1e6 AS seconds, sum(crashes) AS crashes
    FROM numbered
    GROUP BY player_id, session_number
),
started AS (
    SELECT player_id, started_at, platform, version, country, seconds, crashes
    FROM explicit
    WHERE NOT EXISTS (
        SELECT 1 FROM sessions AS earlier
        WHERE earlier.game_id = $game AND earlier.session_id = explicit.session_id
            AND earlier.started_at < $previous_from
    )
    UNION ALL
    SELECT player_id, started_at, platform, version, country, seconds, crashes
    FROM inferred
    WHERE started_at >= $previous_from AND started_at < $to
),
played AS (
    SELECT started_at >= $from AS is_current, player_id, seconds, crashes
    FROM started
    WHERE (started_at < $previous_to OR started_at >= $from)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
),
sessions_played AS (
    SELECT is_current, count(*) AS session_count, avg(seconds) AS avg_session_seconds,
        quantile_cont(seconds, 0.5) AS median_session_seconds,
        count(*) FILTER (WHERE crashes > 0) AS crashed_sessions
    FROM played
    GROUP BY is_current
),
players_played AS (
    SELECT is_current, count(*) AS players, count(*) FILTER (WHERE crashes > 0) AS crashed_players
    FROM (
        SELECT is_current, player_id, max(crashes) AS crashes
        FROM played
        WHERE player_id IS NOT NULL
        GROUP BY is_current, player_id
    ) AS player
    GROUP BY is_current
),
playing AS (
    SELECT count(DISTINCT player_id) AS players_now
    FROM events
    WHERE game_id = $game AND env = $env AND time > $now_from AND time <= $now
        AND player_id IS NOT NULL AND name <> ALL ($passive::VARCHAR[])
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], coalesce(platform, '')))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], coalesce(version, '')))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], coalesce(country, '')))
)
-- A row for each subject and time. Joining them instead takes longer to plan than to run.
SELECT is_current, event_count, crash_count, revenue_micros, other_currency_purchases, frames, frame_seconds,
    NULL AS active_players, NULL AS player_days, NULL AS new_players,
    NULL AS session_count, NULL AS avg_session_seconds, NULL AS median_session_seconds, NULL AS crashed_sessions,
    NULL AS players, NULL AS crashed_players, NULL AS players_now, NULL AS first_at
FROM counted
UNION ALL
SELECT is_current, NULL, NULL, NULL, NULL, NULL, NULL, active_players, player_days, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL
FROM activity
UNION ALL
SELECT is_current, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, new_players, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL
FROM arrived
UNION ALL
SELECT is_current, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, session_count, avg_session_seconds,
    median_session_seconds, crashed_sessions, NULL, NULL, NULL, NULL
FROM sessions_played
UNION ALL
SELECT is_current, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, players,
    crashed_players, NULL, NULL
FROM players_played
UNION ALL
SELECT true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, players_now,
    (SELECT min(first_seen) FROM players WHERE game_id = $game)
FROM playing
"""

RAW: LiteralString = """
WITH
-- The days of both times; each has a bit in a word, and none where it is not complete.
calendar AS (
    SELECT unnest($moment_current::BOOLEAN[]) AS is_current, unnest($moment_word::BIGINT[]) AS word,
        unnest($moment_bit::BIGINT[]) AS bit, unnest($moment_key::TIMESTAMP[]) AS key,
        unnest($moment_start::TIMESTAMP[]) AS start_at, unnest($moment_end::TIMESTAMP[]) AS end_at
),
measured AS (
    SELECT *,
        CASE WHEN name = 'performance' THEN coalesce(TRY_CAST(props.duration_s AS DOUBLE), 1) END AS seconds,
        CASE WHEN name = 'performance' THEN coalesce(value, TRY_CAST(props.fps AS DOUBLE)) END AS fps
    FROM events
    WHERE game_id = $game AND env = $env AND time >= $previous_from AND time < $to
        AND (time < $previous_to OR time >= $from)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], coalesce(platform, '')))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], coalesce(version, '')))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], coalesce(country, '')))
),
drawn AS (
    SELECT *,
        CASE WHEN name = 'performance' THEN coalesce(TRY_CAST(props.frames AS DOUBLE), fps * seconds) END AS frames
    FROM measured
),
counted AS (
    SELECT time >= $from AS is_current, count(*) AS event_count,
        count(*) FILTER (WHERE name = 'crash') AS crash_count,
        sum(TRY_CAST(round(value * 1e6) AS BIGINT)) FILTER (WHERE name = 'purchase' AND currency = $currency)
            AS revenue_micros,
        count(*) FILTER (WHERE name = 'purchase' AND coalesce(currency, '') <> $currency) AS other_currency_purchases,
        sum(frames) FILTER (WHERE isfinite(frames) AND isfinite(seconds)) AS frames,
        sum(seconds) FILTER (WHERE isfinite(frames) AND isfinite(seconds)) AS frame_seconds
    FROM drawn
    GROUP BY time >= $from
),
active AS (
    SELECT is_current, player_id, word, bit_or(bit) AS bits
    FROM events
    JOIN calendar ON date_trunc('day', time) = calendar.key AND time >= start_at AND time < end_at
    WHERE game_id = $game AND env = $env AND time >= $previous_from AND time < $to
        AND player_id IS NOT NULL AND name <> ALL ($passive::VARCHAR[])
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], coalesce(platform, '')))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], coalesce(version, '')))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], coalesce(country, '')))
    GROUP BY is_current, player_id, word
),
activity AS (
    SELECT is_current, count(*) AS active_players, sum(player_days) AS player_days
    FROM (
        SELECT is_current, player_id, sum(bit_count(bits)) AS player_days FROM active GROUP BY is_current, player_id
    ) AS player
    GROUP BY is_current
),
entered AS (
    SELECT player_id, min(time) AS entered_at,
        arg_min(coalesce(platform, ''), (time, coalesce(seq, 0))) AS platform,
        arg_min(coalesce(version, ''), (time, coalesce(seq, 0))) AS version,
        arg_min(coalesce(country, ''), (time, coalesce(seq, 0))) AS country
    FROM events
    WHERE game_id = $game AND env = $env AND player_id IS NOT NULL AND name <> ALL ($passive::VARCHAR[])
    GROUP BY player_id
),
arrived AS (
    SELECT entered_at >= $from AS is_current, count(*) AS new_players
    FROM entered
    WHERE entered_at >= $previous_from AND entered_at < $to AND (entered_at < $previous_to OR entered_at >= $from)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
    GROUP BY entered_at >= $from
),
explicit AS (
    SELECT session_id, arg_min(player_id, (time, coalesce(seq, 0))) AS player_id, min(time) AS started_at,
        arg_min(coalesce(platform, ''), (time, coalesce(seq, 0))) AS platform,
        arg_min(coalesce(version, ''), (time, coalesce(seq, 0))) AS version,
        arg_min(coalesce(country, ''), (time, coalesce(seq, 0))) AS country,
        coalesce(max(mono_ms) / 1e3, date_diff('microsecond', min(time), max(time)) / 1e6) AS seconds,
        count(*) FILTER (WHERE name = 'crash') AS crashes
    FROM events
    WHERE game_id = $game AND env = $env AND session_id IS NOT NULL AND time >= $previous_from
    GROUP BY session_id
    HAVING min(time) < $to
),
gaps AS (
    SELECT *, lag(time) OVER (PARTITION BY player_id ORDER BY time, coalesce(seq, 0)) AS silent_since
    FROM events
    WHERE game_id = $game AND env = $env AND session_id IS NULL AND time >= $islands_from
        AND player_id IS NOT NULL AND name <> ALL ($passive::VARCHAR[])
),
numbered AS (
    SELECT *, sum(CASE WHEN time <= silent_since + $session_timeout::INTERVAL THEN 0 ELSE 1 END) OVER (
        PARTITION BY player_id ORDER BY time, coalesce(seq, 0) ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS session_number
    FROM gaps
),
inferred AS (
    SELECT player_id, min(time) AS started_at,
        arg_min(coalesce(platform, ''), (time, coalesce(seq, 0))) AS platform,
        arg_min(coalesce(version, ''), (time, coalesce(seq, 0))) AS version,
        arg_min(coalesce(country, ''), (time, coalesce(seq, 0))) AS country,
        date_diff('microsecond', min(time), max(time)) / 1e6 AS seconds,
        count(*) FILTER (WHERE name = 'crash') AS crashes
    FROM numbered
    GROUP BY player_id, session_number
),
started AS (
    SELECT player_id, started_at, platform, version, country, seconds, crashes
    FROM explicit
    WHERE NOT EXISTS (
        SELECT 1 FROM events AS earlier
        WHERE earlier.game_id = $game AND earlier.env = $env AND earlier.session_id = explicit.session_id
            AND earlier.time < $previous_from
    )
    UNION ALL
    SELECT player_id, started_at, platform, version, country, seconds, crashes
    FROM inferred
    WHERE started_at >= $previous_from AND started_at < $to
),
played AS (
    SELECT started_at >= $from AS is_current, player_id, seconds, crashes
    FROM started
    WHERE (started_at < $previous_to OR started_at >= $from)
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], platform))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], version))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], country))
),
sessions_played AS (
    SELECT is_current, count(*) AS session_count, avg(seconds) AS avg_session_seconds,
        quantile_cont(seconds, 0.5) AS median_session_seconds,
        count(*) FILTER (WHERE crashes > 0) AS crashed_sessions
    FROM played
    GROUP BY is_current
),
players_played AS (
    SELECT is_current, count(*) AS players, count(*) FILTER (WHERE crashes > 0) AS crashed_players
    FROM (
        SELECT is_current, player_id, max(crashes) AS crashes
        FROM played
        WHERE player_id IS NOT NULL
        GROUP BY is_current, player_id
    ) AS player
    GROUP BY is_current
),
playing AS (
    SELECT count(DISTINCT player_id) AS players_now
    FROM events
    WHERE game_id = $game AND env = $env AND time > $now_from AND time <= $now
        AND player_id IS NOT NULL AND name <> ALL ($passive::VARCHAR[])
        AND ($platforms::VARCHAR[] IS NULL OR list_contains($platforms::VARCHAR[], coalesce(platform, '')))
        AND ($versions::VARCHAR[] IS NULL OR list_contains($versions::VARCHAR[], coalesce(version, '')))
        AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], coalesce(country, '')))
)
-- A row for each subject and time. Joining them instead takes longer to plan than to run.
SELECT is_current, event_count, crash_count, revenue_micros, other_currency_purchases, frames, frame_seconds,
    NULL AS active_players, NULL AS player_days, NULL AS new_players,
    NULL AS session_count, NULL AS avg_session_seconds, NULL AS median_session_seconds, NULL AS crashed_sessions,
    NULL AS players, NULL AS crashed_players, NULL AS players_now, NULL AS first_at
FROM counted
UNION ALL
SELECT is_current, NULL, NULL, NULL, NULL, NULL, NULL, active_players, player_days, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL
FROM activity
UNION ALL
SELECT is_current, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, new_players, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL
FROM arrived
UNION ALL
SELECT is_current, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, session_count, avg_session_seconds,
    median_session_seconds, crashed_sessions, NULL, NULL, NULL, NULL
FROM sessions_played
UNION ALL
SELECT is_current, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, players,
    crashed_players, NULL, NULL
FROM players_played
UNION ALL
SELECT true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, players_now,
    (SELECT min(entered_at) FROM entered)
FROM playing
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
    source = source_of(parameters, rollup_fits=on_slots(*(day.start for day in days), compared.end, span.end))
    bound = filters(parameters) | {
        "from": plain(span.start),
        "to": plain(span.end),
        "previous_from": plain(before.start),
        "previous_to": plain(compared.end),
        "islands_from": plain(before.start - asking.rules.session_timeout),
        "session_timeout": asking.rules.session_timeout,
        "currency": parameters.currency,
        "now": plain(asking.now),
        "now_from": plain(asking.now - NOW),
    }

    def place(index: int) -> tuple[bool, int, int]:
        bit = 1 << (index % WORD_DAYS) if whole[index] else 0
        return index >= len(previous_days), index // WORD_DAYS, bit

    if source == "rollup":
        masks = day_masks(days)
        bound |= {"first_day": masks[0].day, "last_day": masks[-1].day} | bound_lists(
            "calendar",
            ("current", "word", "bit", "day", "am", "pm"),
            [(*place(mask.bucket), mask.day, mask.am, mask.pm) for mask in masks],
        )
        rows = asking.rows(ROLLUP, bound)
    else:
        bound |= bound_lists(
            "moment",
            ("current", "word", "bit", "key", "start", "end"),
            [(*place(part.bucket), part.key, part.start, part.end) for part in slices(days, "day")],
        )
        rows = asking.rows(RAW, bound)
    found: dict[bool, dict[str, Any]] = {True: {}, False: {}}
    for row in rows:
        found[row.pop("is_current")] |= {name: value for name, value in row.items() if value is not None}
    began_at = found[True].get("first_at", plain(asking.now))
    averaged = [
        day for day, is_whole in zip(days, whole, strict=True) if is_whole and day.is_averaged(asking, began_at)
    ]
    current = _figures(found[True], parameters, sum(day.start >= span.start for day in averaged))
    previous = _figures(found[False], parameters, sum(day.start < span.start for day in averaged))
    return Summary(
        **current.model_dump(by_alias=False),
        current=current,
        previous=previous.model_copy(update={"players_now": None}),
        previous_from=before.start,
        previous_to=compared.end,
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, source),
    )


def _figures(row: dict[str, Any], parameters: Parameters, averaged_days: int) -> Figures:
    crashed_sessions = row.get("crashed_sessions", 0)
    session_count = row.get("session_count", 0)
    return Figures(
        event_count=int(row.get("event_count", 0)),
        active_players=row.get("active_players", 0),
        new_players=row.get("new_players", 0),
        session_count=session_count,
        avg_session_seconds=row.get("avg_session_seconds"),
        median_session_seconds=row.get("median_session_seconds"),
        crash_count=int(row.get("crash_count", 0)),
        crashed_sessions=crashed_sessions,
        crash_free_sessions=ratio(session_count - crashed_sessions, session_count),
        crash_free_players=ratio(row.get("players", 0) - row.get("crashed_players", 0), row.get("players", 0)),
        revenue_micros=int(row.get("revenue_micros", 0)),
        currency=parameters.currency,
        other_currency_purchases=int(row.get("other_currency_purchases", 0)),
        dau_mean=ratio(int(row.get("player_days", 0)), averaged_days),
        avg_fps=ratio(row.get("frames", 0), row.get("frame_seconds", 0)),
        players_now=row.get("players_now"),
    )


METRIC = Metric(__name__, __doc__, Parameters, Summary, answer)
