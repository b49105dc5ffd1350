"""One player: since when, how often, with what, and what they paid.

What is told is about the events of one player in the range; without `from` about all of them. Filters hold for each
event.

- **firstSeen**, **lastSeen**: the player's first and last qualifying event (any but `push_received`, `server_grant` and
  `crash_upload`). **daysActive**: days of the time zone on which there is one.
- **sessions** that begin in the range, and **playtimeSeconds**, the sum of their lengths; both as under `summary`.
- **spend**: for each currency the values of `purchase` events, **net** of refunds, which are negative. Purchases that
  say `validated: false` do not count, and of several payments with one `transaction_id` the first. What names no
  currency is in the game's own. Nothing is converted.
- **balances**: of each in-game currency what the last `resource_gain` or `resource_spend` with a `balance` says, else
  all that was gained less all that was spent.
- **levels**: `level_start`, `level_complete`, `level_fail` and `level_abandon` events of each level.
- **crashes**: `crash` events. **events**: all of them, and **names** how many of each.
- **platforms**, **versions**, **countries**, **devices** and **systems**: what events said, each with how many did and
  from when to when. What was not sent is `unknown`.

Of each list the first 50 are told. Ids of players are personal data: who may read a game may read this.

### Example

A player buys for 4.99 USD on Monday, for 9.99 USD on Tuesday, and is given back the first: the net is 9.99 USD, of two
payments and one refund. Three gains of 10 gold and a spend of 5 leave a balance of 25; if the spend said that 40 were
left, it is 40.

### Elsewhere

What a person's page shows differs: PostHog and Mixpanel show properties that were set once, here it is only what the
events themselves say. Talo counts only sessions that ended; here all do.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import Span, day_of, days_between
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import UNKNOWN, Judged, Model, in_units
from playtrace.metrics.frame.money import PAID_IN
from playtrace.metrics.frame.one_player import PlayerAnswer, PlayerParameters, is_known, whole_history
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.told import told
from playtrace.rollups.noted_events import LEVEL_STEPS

Sql = LiteralString

LISTED_MAX = 50
"""Values of one list."""


class Parameters(PlayerParameters):
    """Whose profile."""


class Spend(Model):
    currency: str
    net_micros: int = Field(description="Payments less refunds, in millionths.")
    payments: int
    refunds: int
    last_payment: dt.datetime | None


class Balance(Model):
    currency: str
    balance: float
    is_reported: bool = Field(description="Whether an event said it; else it is what was gained less what was spent.")


class Level(Model):
    level: str
    started: int
    completed: int
    failed: int
    abandoned: int
    first: dt.datetime
    last: dt.datetime


class Value(Model):
    value: str
    events: int
    first: dt.datetime
    last: dt.datetime


class Player(Judged, PlayerAnswer):
    player_id: str
    first_seen: dt.datetime | None
    last_seen: dt.datetime | None
    days_active: int
    sessions: int
    playtime_seconds: float
    events: int
    crashes: int
    spend: list[Spend] = Field(description="By currency, most payments first.")
    balances: list[Balance] = Field(description="By currency of the game, the one last used first.")
    levels: list[Level] = Field(description="The one last played first.")
    platforms: list[Value] = Field(description="The commonest first, as are those below.")
    versions: list[Value]
    countries: list[Value]
    devices: list[Value]
    systems: list[Value] = Field(description="Operating systems.")
    names: list[Value] = Field(description="Names of events.")

    def table(self) -> list[dict[str, object]]:
        """The profile line by line."""
        zone = ZoneInfo(self.time_zone)

        def local(moment: dt.datetime | None) -> str | None:
            return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")

        lines: list[tuple[str, object]] = [
            ("firstSeen", local(self.first_seen)),
            ("lastSeen", local(self.last_seen)),
            ("daysActive", self.days_active),
            ("sessions", self.sessions),
            ("playtimeSeconds", round(self.playtime_seconds)),
            ("events", self.events),
            ("crashes", self.crashes),
            *((f"spend {one.currency}", in_units(one.net_micros)) for one in self.spend),
            *((f"balance {one.currency}", one.balance) for one in self.balances),
            *((f"level {one.level}", f"{one.completed} of {one.started} completed") for one in self.levels),
        ]
        for field in ("platforms", "versions", "countries", "devices", "systems"):
            lines.append((field, ", ".join(one.value for one in getattr(self, field))))
        return [{"figure": figure, "value": value} for figure, value in lines]


# What is read of an event besides what `every_event` has.
READING: dict[Sql, Sql] = {"on_platform": "platform", "of_version": "version", "in_country": "country"}

# A row for each thing that is told, of one kind after the other. What is the player's own is read once, whoever asks.
SQL: Sql = f"""
WITH
own AS MATERIALIZED (
    SELECT time, name, device_id, os, level, is_active, on_platform, of_version, in_country
    FROM every_event
    WHERE player_id = $player_id
),
traded AS MATERIALIZED (
    SELECT time, order_key, name, currency, value, balance, transaction_id, is_validated
    FROM noted
    WHERE player_id = $player_id AND name IN ('purchase', 'resource_gain', 'resource_spend')
),
told AS (
    SELECT 'all' AS kind, NULL AS text, time FROM own
    UNION ALL SELECT 'qualifying' AS kind, NULL AS text, time FROM own WHERE is_active
    UNION ALL SELECT 'crashes' AS kind, NULL AS text, time FROM own WHERE name = 'crash'
    UNION ALL SELECT 'names' AS kind, name AS text, time FROM own
    UNION ALL SELECT 'platforms' AS kind, on_platform AS text, time FROM own
    UNION ALL SELECT 'versions' AS kind, of_version AS text, time FROM own
    UNION ALL SELECT 'countries' AS kind, in_country AS text, time FROM own
    UNION ALL SELECT 'devices' AS kind, device_id AS text, time FROM own
    UNION ALL SELECT 'systems' AS kind, os AS text, time FROM own
),
counted AS (
    SELECT kind, {told("text")} AS text, count(*) AS events, min(time) AS first_at,
        max(time) AS last_at
    FROM told
    GROUP BY kind, {told("text")}
),
played AS (
    SELECT level AS text, min(time) AS first_at, max(time) AS last_at,
        sum(CASE WHEN name = 'level_start' THEN 1 ELSE 0 END) AS started,
        sum(CASE WHEN name = 'level_complete' THEN 1 ELSE 0 END) AS completed,
        sum(CASE WHEN name = 'level_fail' THEN 1 ELSE 0 END) AS failed,
        sum(CASE WHEN name = 'level_abandon' THEN 1 ELSE 0 END) AS abandoned
    FROM own
    WHERE level IS NOT NULL AND name IN ({LEVEL_STEPS})
    GROUP BY level
),
own_purchases AS (
    SELECT time, {PAID_IN} AS paid_in, CAST(round(value * 1000000) AS HUGEINT) AS micros, row_number() OVER (
            PARTITION BY transaction_id, CASE WHEN transaction_id IS NULL OR value < 0 THEN order_key END
            ORDER BY order_key
        ) AS report
    FROM traded
    WHERE name = 'purchase' AND is_validated AND abs(value) <= 1e15
),
spent AS (
    SELECT paid_in AS text, max(CASE WHEN micros > 0 THEN time END) AS last_at, sum(micros) AS micros,
        sum(CASE WHEN micros > 0 THEN 1 ELSE 0 END) AS payments, sum(CASE WHEN micros < 0 THEN 1 ELSE 0 END) AS refunds
    FROM own_purchases
    WHERE report = 1
    GROUP BY paid_in
),
moved AS (
    SELECT coalesce(nullif(currency, ''), '{UNKNOWN}') AS text, max(time) AS last_at,
        arg_max(balance, CASE WHEN balance IS NOT NULL THEN order_key END) AS reported,
        sum(CASE WHEN name = 'resource_gain' THEN value ELSE -value END) AS computed
    FROM traded
    WHERE name IN ('resource_gain', 'resource_spend')
    GROUP BY coalesce(nullif(currency, ''), '{UNKNOWN}')
),
listed AS (
    SELECT kind, text, first_at, last_at, events, NULL AS started, NULL AS completed, NULL AS failed,
        NULL AS abandoned, NULL AS micros, NULL AS payments, NULL AS refunds, NULL AS reported, NULL AS computed,
        row_number() OVER (PARTITION BY kind ORDER BY events DESC, text = '', text) AS place
    FROM counted
    UNION ALL
    SELECT 'levels' AS kind, text, first_at, last_at, NULL AS events, started, completed, failed, abandoned,
        NULL AS micros, NULL AS payments, NULL AS refunds, NULL AS reported, NULL AS computed,
        row_number() OVER (ORDER BY last_at DESC, text) AS place
    FROM played
    UNION ALL
    SELECT 'spend' AS kind, text, NULL AS first_at, last_at, NULL AS events, NULL AS started, NULL AS completed,
        NULL AS failed, NULL AS abandoned, micros, payments, refunds, NULL AS reported, NULL AS computed,
        row_number() OVER (ORDER BY payments DESC, text) AS place
    FROM spent
    UNION ALL
    SELECT 'balances' AS kind, text, NULL AS first_at, last_at, NULL AS events, NULL AS started, NULL AS completed,
        NULL AS failed, NULL AS abandoned, NULL AS micros, NULL AS payments, NULL AS refunds, reported, computed,
        row_number() OVER (ORDER BY last_at DESC, text) AS place
    FROM moved
)
SELECT kind, text, first_at, last_at, events, started, completed, failed, abandoned, micros, payments, refunds,
    reported, computed
FROM listed
WHERE place <= $listed_max
ORDER BY kind, place
"""

SESSIONS: Sql = """
SELECT count(*) AS sessions, coalesce(sum(length_us), 0) AS length_us FROM sessions WHERE player_id = $player_id
"""

DAYS: Sql = """
SELECT count(DISTINCT bucket) AS days FROM active WHERE player_id = $player_id
"""


def answer(parameters: Parameters, asking: Asking) -> Player:
    span = whole_history(parameters, asking.now)
    whose: dict[str, object] = {"player_id": parameters.player_id}
    scope = Scope(parameters, asking, [span], reading=READING, of_player=parameters.player_id)
    rows = scope.rows(SQL, listed_max=LISTED_MAX, **whose)
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_kind.setdefault(row["kind"], []).append(row)
    (played,) = scope.rows(SESSIONS, **whose) if rows else [{"sessions": 0, "length_us": 0}]
    first, last = (_utc(_only(by_kind, "qualifying").get(end)) for end in ("first_at", "last_at"))
    return Player(
        player_id=parameters.player_id,
        is_known=bool(rows) or is_known(parameters, asking),
        first_seen=first,
        last_seen=last,
        days_active=0 if first is None or last is None else _days_active(parameters, asking, span, first, last),
        sessions=played["sessions"],
        playtime_seconds=int(played["length_us"]) / 1e6,
        events=_only(by_kind, "all").get("events", 0),
        crashes=_only(by_kind, "crashes").get("events", 0),
        spend=[
            Spend(
                currency=row["text"],
                net_micros=int(row["micros"]),
                payments=int(row["payments"]),
                refunds=int(row["refunds"]),
                last_payment=_utc(row["last_at"]),
            )
            for row in by_kind.get("spend", [])
        ],
        balances=[_balance(row) for row in by_kind.get("balances", [])],
        levels=[
            Level(
                level=row["text"],
                started=int(row["started"]),
                completed=int(row["completed"]),
                failed=int(row["failed"]),
                abandoned=int(row["abandoned"]),
                first=_moment(row["first_at"]),
                last=_moment(row["last_at"]),
            )
            for row in by_kind.get("levels", [])
        ],
        platforms=_values(by_kind, "platforms"),
        versions=_values(by_kind, "versions"),
        countries=_values(by_kind, "countries"),
        devices=_values(by_kind, "devices"),
        systems=_values(by_kind, "systems"),
        names=_values(by_kind, "names"),
        complete=span.is_complete(asking),
        settled=span.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _days_active(parameters: Parameters, asking: Asking, span: Span, first: dt.datetime, last: dt.datetime) -> int:
    """Only the days between are looked at: of ten years most would be empty."""
    zone = ZoneInfo(parameters.time_zone)
    days = [day.cut(span) for day in days_between(day_of(first, zone), day_of(last, zone), zone)]
    (found,) = Scope(parameters, asking, days, of_player=parameters.player_id).rows(
        DAYS, player_id=parameters.player_id
    )
    return found["days"]


def _only(by_kind: dict[str, list[dict[str, Any]]], kind: str) -> dict[str, Any]:
    return next(iter(by_kind.get(kind, [])), {})


def _values(by_kind: dict[str, list[dict[str, Any]]], kind: str) -> list[Value]:
    return [
        Value(
            value=row["text"] or UNKNOWN,
            events=row["events"],
            first=_moment(row["first_at"]),
            last=_moment(row["last_at"]),
        )
        for row in by_kind.get(kind, [])
    ]


def _balance(row: dict[str, Any]) -> Balance:
    reported = row["reported"]
    return Balance(
        currency=row["text"],
        balance=(row["computed"] or 0.0) if reported is None else reported,
        is_reported=reported is not None,
    )


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else _moment(moment)


def _moment(moment: dt.datetime) -> dt.datetime:
    """As the store keeps it, with UTC said."""
    return moment.replace(tzinfo=dt.UTC)


METRIC = Metric(__name__, __doc__, Parameters, Player, answer, subject="One player")
