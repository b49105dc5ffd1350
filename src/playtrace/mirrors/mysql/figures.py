"""What a slice changes of a game's sessions and days, read from the store.

Sessions and crashes are those of the metric `summary`, in its words: the events of `prod`, the rules of the settings,
days of the game's time zone. A slice names the sessions and days that its events belong to; what is read of them is all
that the store knows, so a late event changes what was there before it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
from msgspec import Struct

from playtrace.config import Settings
from playtrace.event import PLAYER_MERGED
from playtrace.metrics.frame.asking import Asking, Rules, has_merges, unbuilt_rollups
from playtrace.metrics.frame.calendar import ONE_DAY, Span, day_of, day_start, plain
from playtrace.metrics.frame.models import CommonParameters
from playtrace.metrics.frame.relations.sessions import EACH_SESSION, SESSION_IDS, SEVERAL
from playtrace.metrics.frame.scope import Scope
from playtrace.mirrors.slices import EVENTS_IN_SLICE, bound
from playtrace.mirrors.target import PlayerErasure, Slice
from playtrace.rollups.player_merges import MERGED_PLAYERS, by_canonical_ids, source_of_question
from playtrace.rollups.sessions import ROLLUP
from playtrace.store.duckdb import Reader
from playtrace.store.raw_gone import gone_of

ENV = "prod"
"""What the figures are of, as those of a metric are unless it is asked otherwise."""
ALL_TIME: dict[str, object] = {"from": dt.datetime(1, 1, 1), "to": dt.datetime(9999, 12, 31)}

GAMES: LiteralString = f"""
SELECT game_id, count(*) AS events
FROM {EVENTS_IN_SLICE}
GROUP BY game_id
ORDER BY game_id
"""

NARROWED: LiteralString = """
        AND journal_offset > $after AND journal_offset <= $upto
        AND ($since::TIMESTAMP IS NULL OR time >= $since::TIMESTAMP)"""

SLOTS: LiteralString = f"""
SELECT DISTINCT time_bucket(INTERVAL 15 MINUTE, time) AS slot
FROM events
WHERE game_id = $game AND env = $env{NARROWED}
"""

EVERY_SLOT: LiteralString = """
SELECT DISTINCT time_bucket(INTERVAL 15 MINUTE, time) AS slot
FROM events
WHERE game_id = $game AND env = $env AND ($since::TIMESTAMP IS NULL OR time >= $since::TIMESTAMP)
"""

COUNTED: LiteralString = """
SELECT bucket, CAST(sum(events) AS BIGINT) AS events,
    CAST(coalesce(sum(CASE WHEN name = 'crash' THEN events END), 0) AS BIGINT) AS crashes
FROM event_counts
GROUP BY bucket
"""

# Ids of sessions are of any length and of any characters: what a row is found by is a hash.
FAMILY: LiteralString = "unhex(sha256(concat($game, ':', length(owner), ':', owner, ':', session_id)))"
OWNER_KEY: LiteralString = "unhex(sha256(concat($game, ':', owner)))"

# Whose sessions the slice may have changed: with the first of its moments.
TOUCHED_BY_EVENTS: LiteralString = """
    SELECT owner, coalesce(session_id, '') AS session_id, min(time) AS first_at
    FROM ({source}) AS source
    WHERE is_active OR (session_id IS NOT NULL AND NOT is_passive)
    GROUP BY owner, coalesce(session_id, '')"""

# Everything of players of whom somebody said which of their ids are one.
TOUCHED_BY_MERGES: LiteralString = """
    SELECT owner, session_id, TIMESTAMP '1900-01-01' AS first_at
    FROM parts_of_all
    WHERE list_contains($merged::VARCHAR[], owner) OR list_contains($merged::VARCHAR[], player_id)
    GROUP BY owner, session_id"""

TOUCHED: LiteralString = f"""
SELECT {FAMILY} AS family, session_id <> '' AS is_whole, min(first_at) - $session_timeout::INTERVAL AS since
FROM touched
GROUP BY owner, session_id
"""

# Sessions without an id are told apart by silence alone: those that ended long before are as they were.
SESSIONS: LiteralString = f"""
SELECT {FAMILY} AS family, {OWNER_KEY} AS owner_key, player_id, platform, version, started_at, ended_at, length_us,
    unhex(sha256(concat_ws(chr(31), coalesce(player_id, chr(30)), platform, version))) AS content
FROM ({{each}}
) AS session
JOIN (
    SELECT owner, session_id, min(first_at) - $session_timeout::INTERVAL AS since
    FROM touched
    GROUP BY owner, session_id
) AS since USING (owner, session_id)
WHERE session_id <> '' OR ended_at >= since
ORDER BY family, started_at
"""

# Whose sessions were erased, or are other ones without somebody.
TOUCHED_BY_ERASURE: LiteralString = """
    SELECT unnest($owners::VARCHAR[]) AS owner, unnest($session_ids::VARCHAR[]) AS session_id,
        $first_at::TIMESTAMP AS first_at"""

DECISIONS: LiteralString = f"""
SELECT journal_offset > $after AND journal_offset <= $upto AS is_new, player_id, props::JSON::VARCHAR AS props
FROM events
WHERE game_id = $game AND env = $env AND name = '{PLAYER_MERGED}'
"""
ANY_DECISION: LiteralString = f"""
SELECT 1 FROM events WHERE game_id = $game AND env = $env AND name = '{PLAYER_MERGED}'{NARROWED} LIMIT 1
"""


class Figures(Struct, frozen=True):
    """Of one game."""

    game_id: str
    events: int
    """In the slice."""
    zone: ZoneInfo
    touched: pa.Table
    """`family`: whose sessions are told anew. Those that ended before `since` are left out, unless `is_whole`."""
    sessions: pa.Table
    merged_owners: list[bytes]
    """Keys of those all of whose sessions are told anew."""
    days: list[dt.date]
    """The days of events of the slice; with `is_anew` all of the game."""
    crashes: dict[dt.date, int]
    """Of those days."""
    is_anew: bool
    """Whether days are other ones than they were: then those that are not told are gone."""
    empty_days: list[dt.date] = []
    """Days of which nothing is left."""
    kept_before: dt.date | None = None
    """Of days before, raw events were removed: which sessions they had cannot be told any more."""


def events_by_game(slice_: Slice, moment: Reader) -> dict[str, int]:
    """How many events a slice has of each game."""
    return {row["game_id"]: row["events"] for row in moment.rows(GAMES, _named(GAMES, bound(slice_)))}


def figures_of(
    game_id: str, events: int, slice_: Slice, moment: Reader, settings: Settings, zone: ZoneInfo, *, is_anew: bool
) -> Figures:
    """What a slice changes of a game."""
    asking = _asking(game_id, moment, settings)
    values = (
        bound(slice_)
        | {
            "game": game_id,
            "env": ENV,
            "merged": _merged_ids(game_id, slice_, moment),
        }
        | _known_of(asking)
    )
    prelude = _prelude(asking, _touched_by_slice(asking, has_decisions=values["merged"] != []))
    touched = prelude + TOUCHED
    sessions = prelude + _named_parts(SESSIONS.replace("{each}", EACH_SESSION))
    slots = EVERY_SLOT if is_anew else SLOTS
    days = sorted(
        {day_of(row["slot"].replace(tzinfo=dt.UTC), zone) for row in moment.rows(slots, _named(slots, values))}
    )
    merged = values["merged"]
    return Figures(
        game_id,
        events,
        zone,
        moment.query(touched, _named(touched, values)),
        moment.query(sessions, _named(sessions, values | ALL_TIME)),
        _keys(game_id, merged, moment) if isinstance(merged, list) and merged else [],
        days,
        _crashes(game_id, asking, days, zone),
        is_anew,
        kept_before=_kept_before(game_id, moment, zone),
    )


def figures_without(
    erasure: PlayerErasure, mirrored: Slice, moment: Reader, settings: Settings, zone: ZoneInfo
) -> Figures:
    """What is left of the sessions and days that erased players were part of."""
    game_id = erasure.game_id
    asking = _asking(game_id, moment, settings)
    theirs = [(owner, session_id) for env, owner, session_id in erasure.sessions if env == ENV]
    first_at = erasure.first_at or dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
    values = (
        bound(mirrored)
        | _known_of(asking)
        | {
            "game": game_id,
            "env": ENV,
            "owners": [owner for owner, _ in theirs],
            "session_ids": [session_id for _, session_id in theirs],
            "first_at": plain(first_at),
            # Who came again is a new player, and what they did is there already.
            "merged": erasure.player_ids,
        }
    )
    prelude = _prelude(asking, TOUCHED_BY_ERASURE + "\n    UNION ALL" + TOUCHED_BY_MERGES)
    touched = prelude + TOUCHED
    sessions = prelude + _named_parts(SESSIONS.replace("{each}", EACH_SESSION))
    days = [] if erasure.last_at is None else _days_between(day_of(first_at, zone), day_of(erasure.last_at, zone))
    counted = _counted(game_id, asking, days, zone)
    return Figures(
        game_id,
        0,
        zone,
        moment.query(touched, _named(touched, values)),
        moment.query(sessions, _named(sessions, values | ALL_TIME)),
        _keys(game_id, erasure.player_ids, moment),
        days,
        {day: crashes for day, (_, crashes) in counted.items()},
        False,
        [day for day in days if day not in counted],
    )


def _kept_before(game_id: str, moment: Reader, zone: ZoneInfo) -> dt.date | None:
    gone = gone_of(moment, game_id).latest
    if gone is None:
        return None
    whole_from = dt.datetime.combine(gone, dt.time(), dt.UTC)
    day = day_of(whole_from, zone)
    return day if day_start(day, zone) >= whole_from else day + ONE_DAY


def _asking(game_id: str, moment: Reader, settings: Settings) -> Asking:
    rules = settings.rules
    return Asking(
        moment,
        dt.datetime.now(dt.UTC),
        Rules.of(
            settle_hours=rules.settle_hours, session_timeout_minutes=rules.session_timeout_minutes, currency="USD"
        ),
        "summary",
        unbuilt_rollups(moment, game_id),
        has_merges(moment, game_id, ENV),
    )


def _known_of(asking: Asking) -> dict[str, object]:
    return {
        "session_timeout": asking.rules.session_timeout,
        "built_to_sessions": asking.unbuilt.get(ROLLUP.table),
        "sessions_from": ALL_TIME["from"],
        "day_before": ALL_TIME["from"],
    }


def _days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + number * ONE_DAY for number in range((last - first).days + 1)]


def day_span(day: dt.date, zone: ZoneInfo) -> Span:
    return Span(day_start(day, zone), day_start(day + ONE_DAY, zone))


def _named(sql: LiteralString, values: dict[str, Any]) -> dict[str, object]:
    return {name: value for name, value in values.items() if "$" + name in sql}


# ── sessions ────────────────────────────────────────────────────────────────────────────────────────────────


def _touched_by_slice(asking: Asking, *, has_decisions: bool) -> LiteralString:
    source = source_of_question(ROLLUP, is_merged=asking.is_merged)
    touched: LiteralString = TOUCHED_BY_EVENTS.format(source=source.format(carried="", narrowed=NARROWED))
    return touched + "\n    UNION ALL" + TOUCHED_BY_MERGES if has_decisions else touched


def _prelude(asking: Asking, touched: LiteralString) -> LiteralString:
    """`touched`, and `parts` of their sessions: rows of the rollup, or of events while it is being made anew."""
    of_game: LiteralString = "game_id = $game AND env = $env"
    source = source_of_question(ROLLUP, is_merged=asking.is_merged)
    rows: LiteralString = ROLLUP.stored(of_game)
    if ROLLUP.table in asking.unbuilt:
        rows = ROLLUP.stored_and_anew(of_game, source.format(carried="", narrowed=""), "$built_to_sessions::DATE")
    if asking.is_merged:
        rows = by_canonical_ids(ROLLUP, rows)
    merged: LiteralString = "merged_players AS (" + MERGED_PLAYERS + "\n),\n" if asking.is_merged else ""
    return (
        "WITH\n"
        + merged
        + "parts_of_all AS ("
        + rows
        + "),\ntouched AS MATERIALIZED ("
        + touched
        + "\n),\nparts AS MATERIALIZED (\n    SELECT * FROM parts_of_all"
        + "\n    WHERE (owner, session_id) IN (SELECT (owner, session_id) FROM touched)\n)"
    )


def _named_parts(each: LiteralString) -> LiteralString:
    """The sessions of `parts`."""
    rows: LiteralString = "SELECT * FROM parts"
    merged = ROLLUP.merged(SEVERAL.format(rows=rows))
    ids = SESSION_IDS.format(rows=rows, kept_merged="")
    return (
        ",\nsession_ids AS ("
        + ids
        + "\n)"
        + each.format(rows=rows, merged=merged, kept="", kept_merged="", kept_of_began="")
    )


# ── players that are one ────────────────────────────────────────────────────────────────────────────────────


def _merged_ids(game_id: str, slice_: Slice, moment: Reader) -> list[str]:
    """All ids that a decision of the slice may have joined or parted: those that any decision ever joined to one."""
    values = bound(slice_) | {"game": game_id, "env": ENV}
    if not moment.rows(ANY_DECISION, _named(ANY_DECISION, values)):
        return []
    joined: dict[str, set[str]] = {}
    waiting: list[str] = []
    for row in moment.rows(DECISIONS, _named(DECISIONS, values)):
        props: dict[str, Any] = msgspec.json.decode(row["props"]) if row["props"] else {}
        said = [row["player_id"], props.get("previous_id"), props.get("canonical_id")]
        ids = {str(one) for one in said if isinstance(one, str | int) and one != ""}
        for one in ids:
            joined.setdefault(one, set()).update(ids)
        if row["is_new"]:
            waiting += ids
    found: set[str] = set()
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting += joined[one]
    return sorted(found)


KEYS: LiteralString = f"SELECT {OWNER_KEY} AS key FROM (SELECT unnest($merged::VARCHAR[]) AS owner) AS owners"


def _keys(game_id: str, owners: list[str], moment: Reader) -> list[bytes]:
    return [bytes(row["key"]) for row in moment.rows(KEYS, {"game": game_id, "merged": owners})]


# ── crashes ─────────────────────────────────────────────────────────────────────────────────────────────────


def _crashes(game_id: str, asking: Asking, days: list[dt.date], zone: ZoneInfo) -> dict[dt.date, int]:
    return dict.fromkeys(days, 0) | {
        day: crashes for day, (_, crashes) in _counted(game_id, asking, days, zone).items()
    }


def _counted(game_id: str, asking: Asking, days: list[dt.date], zone: ZoneInfo) -> dict[dt.date, tuple[int, int]]:
    """Events and crashes of the days that have any."""
    if not days:
        return {}
    parameters = CommonParameters.model_validate({"game_id": game_id, "time_zone": zone.key, "env": ENV})
    rows = Scope(parameters, asking, [day_span(day, zone) for day in days]).rows(COUNTED)
    return {days[row["bucket"]]: (row["events"], row["crashes"]) for row in rows}
