"""The whole statement of a metric: the relations that its SQL names, cut to what is asked about, and that SQL."""

from __future__ import annotations

import re

from msgspec import Struct

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.metrics.frame.relations import RELATIONS
from playtrace.metrics.frame.told import told
from playtrace.rollups.player_merges import MERGED_PLAYERS, by_canonical_ids, source_of_question
from playtrace.rollups.rollup import Rollup

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

# ── what is kept ────────────────────────────────────────────────────────────────────────────────────────────

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
# The same of members by the ids that stay: a list may name the one that was.
SEGMENT_OF_MERGED: Sql = """
        AND player_id IN (
            SELECT coalesce(merged.canonical_id, member.player_id)
            FROM main.segment_members AS member
            LEFT JOIN merged_players AS merged ON merged.player_id = member.player_id
            WHERE game_id = $game AND segment_id = $segment
        )"""

SPLIT: dict[str | None, Sql] = {
    None: "''",
    "platform": told("platform"),
    "version": told("version"),
    "country": told("country"),
}


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
    reading: dict[Sql, Sql]
    """Columns that are read of every event besides, by what they are called: expressions of the columns of `events`."""
    unbuilt: frozenset[Sql]
    """Tables of the rollups that are being made anew: `$built_to_TABLE` is bound, from that day on events are read."""
    is_merged: bool
    """Whether some ids of the game are one player."""
    of_ids: bool = False
    """Whether events are read of one player alone, by the ids that are theirs: `$sent_ids` is bound."""
    is_timed: bool = False
    """Whether the time of its match is looked at of an event."""


def relations_of(metric: Sql, cut: Cut) -> list[Sql]:
    """The relations that the SQL of a metric names, and what tells which events count."""
    named = _named_in(metric)
    return [name for name in RELATIONS if name in named or (name == "matches" and cut.is_timed)]


def written_out(metric: Sql, raw: set[Sql], cut: Cut, tables: dict[Sql, Sql]) -> Sql:
    """The whole statement: the relations that a metric's SQL names, those of `raw` made of events, and that SQL."""
    related: dict[Sql, Sql] = {}
    for name in relations_of(metric, cut):
        relation = RELATIONS[name]
        for before, text in relation.before:
            related[before] = _text(relation, text, name in raw, cut)
        related[name] = _text(relation, relation.text, name in raw, cut)
    named = _named_in(metric + "".join(related.values()))
    texts: dict[Sql, Sql] = {name: text for name, text in tables.items() if name in named}
    texts.update(related)
    buckets: dict[Sql, Sql] = {name: text for name, text in BUCKETS.items() if name in named}
    if "merged_players" in named:
        buckets["merged_players"] = MERGED_PLAYERS
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
    segment: Sql = (SEGMENT_OF_MERGED if cut.is_merged else SEGMENT) if cut.is_segment else ""
    if raw and segment and not relation.has_players:
        narrowed += segment
    read: Sql = ", coalesce(" + cut.predicate + ", false) AS kept" if carried else ""
    named: Sql = ""
    if "{read}" in text:
        for name, expression in cut.reading.items():
            read += ", " + expression + " AS " + name
            named += ", " + name
    rollup = relation.rollup
    is_timed = cut.is_timed and relation.is_narrowed
    events: Sql = source_of_question(rollup, is_merged=cut.is_merged, of_ids=cut.of_ids, is_timed=is_timed)
    source: Sql = events.format(carried=read, narrowed=narrowed)
    keep: list[Sql] = [" AND " + KEEP[name] for name in cut.keep] if relation.is_narrowed else []
    if carried:
        keep.append(" AND kept")
    rows: Sql = _rows(rollup, raw, cut, source, carried) if rollup else ""
    bucket, in_buckets, between = _buckets(relation.at, cut.buckets)
    kept: Sql = ", kept" if carried else ""
    merged: Sql = rows
    if rollup and "{merged}" in text and not _is_merged(rollup, raw, cut):
        merged = rollup.merged(relation.merged_of.format(rows=rows), carried=carried)
    return (relation.text_raw if raw and relation.text_raw else text).format(
        rows=rows,
        merged=merged,
        source=source,
        read=named,
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
    # Two players that became one have a row each; what lies between two samples is whole all the same.
    is_whole = rollup.is_whole and not (cut.is_merged and rollup.makes_rows)
    return is_whole and not raw and rollup.table not in cut.unbuilt


def _rows(rollup: Rollup, raw: bool, cut: Cut, source: Sql, carried: bool) -> Sql:
    if raw:
        return rollup.rows(source, carried=carried)
    of_game: Sql = "game_id = $game AND env = $env"
    if rollup.table in cut.unbuilt:
        rows: Sql = rollup.stored_and_anew(of_game, source, "$built_to_" + rollup.table + "::DATE")
    else:
        rows = rollup.stored(of_game)
    return by_canonical_ids(rollup, rows) if cut.is_merged and "player_id" in rollup.columns else rows


def _named_in(sql: str) -> set[str]:
    """What is read by its name: relations, tables, and what the SQL makes itself."""
    return set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", sql))
