"""Everything that one player did, one event after the other.

The events of one player in the range, without `from` all of them, the newest or the oldest first; `limit` of them, and
**next** is the `cursor` of those that follow. With `event` only these are shown. Filters hold for each event.

- **gapSeconds**: time since the player's event before it, whatever its name; null for the first of the range.
- **startsSession**: it is the first of the range, it has another `session_id` than the one before, or the gap is longer
  than the session timeout (30 minutes).
- **props** are told only if they are asked for, of at most 100 events at once.

Events of the same moment are in the order of `seq`, then of their arrival.

### Example

Events of ann at 10:00 in session 1, at 10:20 in session 1, and at 10:21 in session 2: the gaps are null, 1,200 and 60
seconds, and the first and the third start a session.

### Elsewhere

Products call this activity feed, user stream or person events. Amplitude and PostHog show it newest first, as here.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, LiteralString
from zoneinfo import ZoneInfo

import msgspec
from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import FilterValues, Judged, Model, Sought
from playtrace.metrics.frame.one_player import PlayerAnswer, PlayerParameters, is_known, whole_history
from playtrace.metrics.frame.scope import Scope

Sql = LiteralString

LIMIT_MAX = 500
LIMIT_MAX_WITH_PROPS = 100
"""Properties of one event may be 32 kB."""
CURSOR_MAX = 2**126
"""Beyond every `order_key`."""


class Parameters(PlayerParameters):
    event: FilterValues = Field(
        default_factory=list, description="Only events of this name; several times for several."
    )
    order: Literal["newest", "oldest"] = Field("newest", description="Which come first.")
    limit: int = Field(100, ge=1, le=LIMIT_MAX, description="How many events.")
    cursor: Annotated[str, Field(max_length=40)] | None = Field(
        None, description="The `next` of an earlier answer to the same question."
    )
    props: bool = Field(False, description="Also the properties of each event.")

    def sought(self) -> list[Sought]:
        return [*super().sought(), Sought("event", "event", self.event)]


class Moment(Model):
    time: dt.datetime
    name: str
    session_id: str | None
    starts_session: bool
    gap_seconds: float | None = Field(description="Since the player's event before it; null for the first.")
    seq: int | None
    level: str | None
    map: str | None
    match_id: str | None
    value: float | None
    currency: str | None
    platform: str | None
    version: str | None
    props: dict[str, Any] | None = Field(description="With `props`; else null.")


class Journey(Judged, PlayerAnswer):
    events: list[Moment]
    next: str | None = Field(description="The `cursor` of what follows; null at the end.")
    total: int = Field(description="Events that are shown, on all pages.")

    def table(self) -> list[dict[str, object]]:
        """In the time zone, without what most events do not have."""
        zone = ZoneInfo(self.time_zone)
        rows: list[dict[str, object]] = []
        for one in self.events:
            shown = ("level", "map", "value", "currency")
            said = [f"{name}={value}" for name in shown if (value := getattr(one, name)) is not None]
            rows.append(
                {
                    "time": one.time.astimezone(zone).isoformat(timespec="milliseconds"),
                    "name": one.name,
                    "sessionId": one.session_id,
                    "startsSession": one.starts_session,
                    "gapSeconds": one.gap_seconds,
                    "said": " ".join(said),
                }
            )
        return rows


READING: dict[Sql, Sql] = {"on_platform": "platform", "of_version": "version"}

SQL: Sql = """
WITH
own AS (
    SELECT time, order_key, name, session_id, seq, level, map_id, match_id, value, currency, on_platform, of_version,
        props,
        lag(time) OVER (ORDER BY order_key) AS time_before,
        lag(session_id) OVER (ORDER BY order_key) AS session_before
    FROM every_event
    WHERE player_id = $player_id
),
shown AS (
    SELECT *, count(*) OVER () AS total
    FROM own
    WHERE $names::VARCHAR[] IS NULL OR list_contains($names::VARCHAR[], name)
)
SELECT time, order_key, name, session_id, seq, level, map_id AS map, match_id, value, nullif(currency, '') AS currency,
    on_platform AS platform, of_version AS version, time_before, session_before, total,
    CASE WHEN $with_props THEN CAST(CAST(props AS JSON) AS VARCHAR) END AS props
FROM shown
WHERE {behind}
ORDER BY order_key {direction}
LIMIT $rows_max
"""
NEWEST: Sql = SQL.format(behind="order_key < $cursor", direction="DESC")
OLDEST: Sql = SQL.format(behind="order_key > $cursor", direction="ASC")


def answer(parameters: Parameters, asking: Asking) -> Journey:
    if parameters.props and parameters.limit > LIMIT_MAX_WITH_PROPS:
        raise WrongParameter("limit", f"With `props` at most {LIMIT_MAX_WITH_PROPS} events at once.")
    span = whole_history(parameters, asking.now)
    scope = Scope(parameters, asking, [span], reading=READING, of_player=parameters.player_id)
    is_newest = parameters.order == "newest"
    rows = scope.rows(
        NEWEST if is_newest else OLDEST,
        player_id=parameters.player_id,
        names=parameters.event or None,
        with_props=parameters.props,
        cursor=_cursor(parameters),
        rows_max=parameters.limit + 1,
    )
    page = rows[: parameters.limit]
    return Journey(
        is_known=bool(rows) or is_known(parameters, asking),
        events=[_moment(row, asking) for row in page],
        next=str(page[-1]["order_key"]) if len(rows) > len(page) else None,
        total=rows[0]["total"] if rows else 0,
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _cursor(parameters: Parameters) -> int:
    if parameters.cursor is None:
        return CURSOR_MAX if parameters.order == "newest" else -CURSOR_MAX
    try:
        cursor = int(parameters.cursor)
    except ValueError:
        cursor = CURSOR_MAX + 1
    if not -CURSOR_MAX <= cursor <= CURSOR_MAX:
        raise WrongParameter("cursor", "Expected the `next` of an earlier answer.")
    return cursor


def _moment(row: dict[str, Any], asking: Asking) -> Moment:
    gap = None if row["time_before"] is None else row["time"] - row["time_before"]
    shown = {name: row[name] for name in Moment.model_fields if name in row} | {
        "time": row["time"].replace(tzinfo=dt.UTC),
        "gap_seconds": None if gap is None else gap.total_seconds(),
        "starts_session": gap is None
        or row["session_id"] != row["session_before"]
        or gap > asking.rules.session_timeout,
        "props": None if row["props"] is None else msgspec.json.decode(row["props"]),
    }
    return Moment.model_validate(shown)


METRIC = Metric(__name__, __doc__, Parameters, Journey, answer, subject="One player")
