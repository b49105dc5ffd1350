"""What the SQL of a metric reads: names that hold what is asked about, and nothing else.

A metric numbers its buckets of time and reads `event_counts`, `active`, `players`, `sessions`, `located`, `stays` ...
Each of them is cut to the game, the environment, the buckets, the filters and the segment before the metric sees it,
and its rows say their `bucket` and `split` (the value of the dimension that was asked for, else ''). So no metric has a
clause for any of that, and none knows whether its rows come from a rollup or from the events: that is decided in
`scope.py`, a relation at a time, and written out here.
"""

from __future__ import annotations

import re
from typing import LiteralString

from msgspec import Struct

from playtrace.rollups import (
    event_counts,
    located_events,
    map_extents,
    player_days,
    players,
    position_spans,
    sessions,
)
from playtrace.rollups.rollup import SOURCE_OF_QUESTION, Rollup

Sql = LiteralString


class Relation(Struct, frozen=True):
    """A text with places: `{rows}` for rows of the rollup, not merged; `{merged}` for them merged.

    `{keep}` and `{segment}` stand for what is kept, `{split}` for the dimension to split by, `{bucket}`,
    `{in_buckets}` and `{between}` for the number of the bucket and what finds it. `{at}` is the moment by which that is
    done.
    """

    text: Sql
    rollup: Rollup
    at: Sql = ""
    text_raw: Sql | None = None
    """Over `{source}`, where the rows of no rollup would say it."""
    in_slots: bool = False
    """Its rollup knows quarters of an hour, not instants."""
    has_players: bool = True
    """Whether its rollup says of whom a row is: only then a segment can be cut out of it."""
    is_narrowed: bool = True
    """Whether filters hold for it at all."""
    by_first: bool = False
    """Whether filters look at the first event of what a row is, rather than at each: it must be merged to be known."""


# ── the buckets ─────────────────────────────────────────────────────────────────────────────────────────────

# Equal keys first, then borders: fast in every engine, which comparisons alone are not.
BUCKETS: dict[Sql, Sql] = {
    "slices": """
    SELECT unnest($slice_key::TIMESTAMP[]) AS key, unnest($slice_start::TIMESTAMP[]) AS start_at,
        unnest($slice_end::TIMESTAMP[]) AS end_at, unnest($slice_bucket::BIGINT[]) AS bucket
    """,
    # Which quarters of an hour of which days (UTC) make up a bucket.
    "calendar": """
    SELECT unnest($calendar_bucket::BIGINT[]) AS bucket, unnest($calendar_day::DATE[]) AS day,
        unnest($calendar_am::BIGINT[]) AS am, unnest($calendar_pm::BIGINT[]) AS pm
    """,
}

IN_SLICES: Sql = "JOIN slices ON date_trunc($grain, {at}) = slices.key AND {at} >= start_at AND {at} < end_at"

# ── what happened in them ───────────────────────────────────────────────────────────────────────────────────

ACTIVE: Sql = """
    SELECT calendar.bucket, player_id, {split} AS split
    FROM ({rows}) AS player_days
    JOIN calendar ON player_days.day = calendar.day
    WHERE player_days.day >= $first_day AND player_days.day <= $last_day
        AND ((slots_am & am) <> 0 OR (slots_pm & pm) <> 0){segment}"""
ACTIVE_RAW: Sql = """
    SELECT {bucket} AS bucket, player_id, {split} AS split
    FROM ({source}) AS source
    {in_buckets}
    WHERE time >= $from AND time < $to{between} AND is_active{segment}"""

# A session that seems to begin in the range may have begun before it: then something of it lies less than the timeout
# before, or it reaches back to it by its own clock. Where one id may have several sessions, its parts are merged in
# order; else, which is usual and much cheaper, without: what was last reaches back to what was first. A crash that was
# reported after a long silence belongs to the session that the id had before.
SESSIONS: Sql = """
    SELECT {bucket} AS bucket, {split} AS split, player_id, started_at, ended_at, length_us, crashes
    FROM (
        SELECT began.owner, began.session_id, began.player_id, began.started_at, began.ended_at, began.platform,
            began.version, began.country, began.crashes{kept_of_began},
            coalesce(began.mono_ms * 1000, date_diff('microsecond', began.started_at, began.ended_at)) AS length_us
        FROM (
            SELECT owner, session_id, player_id, started_at, ended_at, since, platform, version, country, mono_ms,
                played, crashes{kept}
            FROM session_ids
            WHERE NOT has_several
            UNION ALL
            SELECT owner, session_id, arg_min(player_id, player_key) AS player_id, min(started_at) AS started_at,
                coalesce(max(CASE WHEN played > 0 THEN ended_at END), max(ended_at)) AS ended_at,
                min(since) AS since, arg_min(platform, order_key) AS platform,
                arg_min(version, order_key) AS version, arg_min(country, order_key) AS country,
                max(mono_ms) AS mono_ms, CAST(sum(played) AS BIGINT) AS played,
                CAST(sum(crashes) AS BIGINT) AS crashes{kept_merged}
            FROM (
                SELECT *, sum(CASE WHEN played > 0 THEN 1 ELSE 0 END) OVER (
                    PARTITION BY owner, session_id ORDER BY order_key
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
                ) AS number
                FROM ({merged}) AS stretches
            ) AS numbered
            GROUP BY owner, session_id, CASE WHEN session_id = '' OR number = 0 THEN order_key ELSE number END
        ) AS began
        LEFT JOIN (
            SELECT owner, session_id, max(ended_at) AS ended_at
            FROM ({rows}) AS parts
            WHERE session_id <> '' AND started_at < $from AND ended_at >= $day_before
            GROUP BY owner, session_id
        ) AS earlier
            ON earlier.owner = began.owner
            AND earlier.session_id = CASE WHEN began.since < $from THEN began.session_id END
        WHERE began.started_at >= $from AND began.started_at < $to
            AND (earlier.ended_at IS NULL OR earlier.ended_at + $session_timeout::INTERVAL < began.since)
            AND (began.played > 0 OR (began.owner, began.session_id) NOT IN (
                SELECT owner, session_id FROM ({rows}) AS parts
                WHERE session_id <> '' AND played > 0 AND started_at < $from
            ))
    ) AS session
    {in_buckets}
    WHERE started_at >= $from AND started_at < $to{between}{segment}{keep}"""

SESSION_IDS: Sql = """
    SELECT owner, session_id, arg_min(player_id, player_key) AS player_id, min(started_at) AS started_at,
        max(ended_at) AS ended_at, min(since) AS since, arg_min(platform, order_key) AS platform,
        arg_min(version, order_key) AS version, arg_min(country, order_key) AS country, max(mono_ms) AS mono_ms,
        CAST(sum(played) AS BIGINT) AS played, CAST(sum(crashes) AS BIGINT) AS crashes,
        count(*) > 1 AND arg_max(since, ended_at) > min(ended_at) + $session_timeout::INTERVAL
            AS has_several{kept_merged}
    FROM ({rows}) AS parts
    WHERE ended_at >= $sessions_from
    GROUP BY owner, session_id"""

SEVERAL: Sql = """SELECT * FROM ({rows}) AS part
                        WHERE ended_at >= $sessions_from AND (owner, session_id) IN (
                            SELECT owner, session_id FROM session_ids WHERE has_several
                        )"""

RELATIONS: dict[Sql, Relation] = {
    # Events and their sums. Not merged: whoever reads it adds them up anyway.
    "event_counts": Relation(
        """
    SELECT {bucket} AS bucket, {split} AS split, name, currency, events, value_micros, frames_micros, frames_us
    FROM ({rows}) AS parts
    {in_buckets}
    WHERE slot >= $from AND slot < $to{between}{keep}""",
        event_counts.ROLLUP,
        at="slot",
        in_slots=True,
        has_players=False,
    ),
    # Who did something, once or more for each bucket, as far as the filters keep what they did ...
    "active": Relation(ACTIVE + "{keep}", player_days.ROLLUP, at="time", text_raw=ACTIVE_RAW + "{keep}", in_slots=True),
    # ... and whatever they say: for who is filtered by something else, such as the first event ever.
    "activity": Relation(ACTIVE, player_days.ROLLUP, at="time", text_raw=ACTIVE_RAW, in_slots=True, is_narrowed=False),
    # Those who came in a bucket: whose first event ever lies in it.
    "players": Relation(
        """
    SELECT {bucket} AS bucket, player_id, first_seen, {split} AS split
    FROM ({merged}) AS player
    {in_buckets}
    WHERE first_seen >= $from AND first_seen < $to{between}{segment}{keep}""",
        players.ROLLUP,
        at="first_seen",
        by_first=True,
    ),
    # When the game began, whatever the filters.
    "beginning": Relation(
        """
    SELECT min(first_seen) AS first_at FROM ({rows}) AS parts""",
        players.ROLLUP,
        is_narrowed=False,
    ),
    # What began in a bucket.
    "sessions": Relation(SESSIONS, sessions.ROLLUP, at="started_at", by_first=True),
    # What happened at a place: position samples only where all events are read.
    "located": Relation(
        """
    SELECT {bucket} AS bucket, {split} AS split, time, name, map_id, x, y, z, player_id, player_bit
    FROM ({rows}) AS located
    {in_buckets}
    WHERE time >= $from AND time < $to{between}{segment}{keep}""",
        located_events.ROLLUP,
        at="time",
        text_raw="""
    SELECT {bucket} AS bucket, {split} AS split, time, name, map_id, x, y, z, player_id, player_bit
    FROM ({source}) AS located
    {in_buckets}
    WHERE time >= $from AND time < $to{between} AND map_id IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
        {segment}{keep}""",
    ),
    # From one position sample to the next: where somebody stayed, and for how long.
    "stays": Relation(
        """
    SELECT {bucket} AS bucket, {split} AS split, time, map_id, x, y, z, span_ms, player_id, player_bit
    FROM ({merged}) AS stays
    {in_buckets}
    WHERE time >= $from AND time < $to{between}{segment}{keep}""",
        position_spans.ROLLUP,
        at="time",
        by_first=True,
    ),
    # How far maps reach on the days (UTC) of the range, whatever the filters.
    "extents": Relation(
        """
    SELECT map_id, name, reach, events, min_x, min_y, max_x, max_y, min_z, max_z
    FROM ({rows}) AS parts
    WHERE day >= $from::DATE AND day < $to""",
        map_extents.ROLLUP,
        is_narrowed=False,
    ),
    # The same over all time, and what there is to be asked for.
    "all_extents": Relation(
        """
    SELECT map_id, name, events, min_x, min_y, max_x, max_y, min_z, max_z FROM ({rows}) AS parts""",
        map_extents.ROLLUP,
        is_narrowed=False,
    ),
    "all_counts": Relation(
        """
    SELECT slot, name, platform, version, country, currency, events FROM ({rows}) AS parts""",
        event_counts.ROLLUP,
        is_narrowed=False,
    ),
}

# ── what is kept of it ──────────────────────────────────────────────────────────────────────────────────────

KEEP: dict[Sql, Sql] = {
    "platforms": "list_contains($platforms::VARCHAR[], platform)",
    "versions": "list_contains($versions::VARCHAR[], version)",
    "countries": "list_contains($countries::VARCHAR[], country)",
}
"""What a row says of itself: of a player or session, what its first event said."""

SEGMENT: Sql = """
        AND player_id IN (
            SELECT player_id FROM main.segment_members WHERE game_id = $game AND segment_id = $segment
        )"""

SPLIT: dict[str | None, Sql] = {
    None: "''",
    "platform": "coalesce(nullif(platform, 'unknown'), '')",
    "version": "coalesce(nullif(version, 'unknown'), '')",
    "country": "coalesce(nullif(country, 'unknown'), '')",
}


PAID_IN: Sql = "coalesce(nullif(currency, ''), $game_currency)"
"""The currency of a purchase: the game's own where it names none."""


class Cut(Struct, frozen=True):
    """How every relation of one question is cut."""

    keep: list[Sql]
    """Names of `KEEP` that are asked for."""
    predicate: Sql
    """What must hold of an event besides; empty where all count."""
    is_segment: bool
    split_by: str | None
    buckets: int
    """How many there are: of one or two nothing has to be looked up."""
    unbuilt: frozenset[Sql]
    """Tables of the rollups that are being made anew: `$built_to_TABLE` is bound, from that day on events are read."""


def relations_of(metric: Sql) -> list[Sql]:
    """The relations that the SQL of a metric names."""
    return [name for name in RELATIONS if is_named(name, metric)]


def written_out(metric: Sql, raw: set[Sql], cut: Cut, tables: dict[Sql, Sql]) -> Sql:
    """The whole statement: the relations that a metric's SQL names, those of `raw` made of events, and that SQL."""
    texts: dict[Sql, Sql] = {name: text for name, text in tables.items() if is_named(name, metric)}
    for name in relations_of(metric):
        relation = RELATIONS[name]
        if relation.text is SESSIONS:
            texts["session_ids"] = _text(relation, SESSION_IDS, name in raw, cut)
        texts[name] = _text(relation, relation.text, name in raw, cut)
    named: Sql = "".join(texts.values())
    buckets: dict[Sql, Sql] = {name: text for name, text in BUCKETS.items() if is_named(name, named)}
    prelude: list[Sql] = [name + " AS (" + text + "\n)" for name, text in (buckets | texts).items()]
    own = metric.strip()
    if not prelude:
        return own
    # One list of names for all: not every engine tells nested ones apart.
    rest: Sql = ",\n" + own.removeprefix("WITH").strip() if own.startswith("WITH") else "\n" + own
    return "WITH\n" + ",\n".join(prelude) + rest


def _text(relation: Relation, text: Sql, raw: bool, cut: Cut) -> Sql:
    carried = raw and relation.by_first and relation.is_narrowed and cut.predicate != ""
    narrowed: Sql = ""
    if raw and relation.is_narrowed and not relation.by_first and cut.predicate:
        narrowed = " AND " + cut.predicate
    segment: Sql = SEGMENT if cut.is_segment else ""
    if raw and segment and not relation.has_players:
        narrowed += segment
    source: Sql = SOURCE_OF_QUESTION.format(
        carried=", coalesce(" + cut.predicate + ", false) AS kept" if carried else "", narrowed=narrowed
    )
    keep: list[Sql] = [" AND " + KEEP[name] for name in cut.keep] if relation.is_narrowed else []
    if carried:
        keep.append(" AND kept")
    rows = _rows(relation.rollup, raw, cut, source, carried)
    bucket, in_buckets, between = _buckets(relation.at, cut.buckets)
    kept: Sql = ", kept" if carried else ""
    merged: Sql = rows
    if "{merged}" in text and not _is_merged(relation.rollup, raw, cut):
        parts: Sql = SEVERAL.format(rows=rows) if relation.text is SESSIONS else rows
        merged = relation.rollup.merged(parts, carried=carried)
    return (relation.text_raw if raw and relation.text_raw else text).format(
        rows=rows,
        merged=merged,
        source=source,
        bucket=bucket,
        in_buckets=in_buckets,
        split=SPLIT[cut.split_by],
        segment=segment,
        between=between,
        keep="".join(keep),
        kept=kept,
        kept_of_began=", began.kept" if carried else "",
        kept_merged=", arg_min(kept, order_key) AS kept" if carried else "",
    )


def _buckets(at: Sql, count: int) -> tuple[Sql, Sql, Sql]:
    """The number of a row's bucket, the join that finds it, and what else must hold of a row that lies in one."""
    if count == 1:
        return "CAST(0 AS BIGINT)", "", ""
    if count == 2:
        return (
            "CASE WHEN " + at + " < $second_from THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END",
            "",
            " AND (" + at + " < $first_to OR " + at + " >= $second_from)",
        )
    return "slices.bucket", IN_SLICES.format(at=at), ""


def _is_merged(rollup: Rollup, raw: bool, cut: Cut) -> bool:
    """Whether the rows are what merging would make of them: then it is left out."""
    return rollup.is_whole and not raw and rollup.table not in cut.unbuilt


def _rows(rollup: Rollup, raw: bool, cut: Cut, source: Sql, carried: bool) -> Sql:
    if raw:
        return rollup.rows(source, carried=carried)
    of_game: Sql = "game_id = $game AND env = $env"
    if rollup.table not in cut.unbuilt:
        return rollup.stored(of_game)
    return rollup.stored_and_anew(of_game, source, "$built_to_" + rollup.table + "::DATE")


def is_named(name: str, sql: str) -> bool:
    return re.search(rf"\b(?:FROM|JOIN)\s+{name}\b", sql) is not None
