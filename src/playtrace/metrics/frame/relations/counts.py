"""Events and their sums, by quarter of an hour."""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.rollups import event_counts, path_days

RELATIONS: dict[Sql, Relation] = {
    # Events and their sums. Not merged: whoever reads it adds them up anyway.
    "event_counts": Relation(
        """
    SELECT {bucket} AS bucket, {split} AS split, name, platform, version, country, currency, events, value_micros,
        frames_micros, frames_us
    FROM ({rows}) AS parts
    {in_buckets}
    WHERE slot >= $from AND slot < $to{between}{keep}""",
        event_counts.ROLLUP,
        at="slot",
        in_slots=True,
        has_players=False,
    ),
    # Events of the days (UTC) from `$whole_from` to `$whole_to`, but samples, whatever the filters.
    "counted_days": Relation(
        """
    SELECT CAST(slot AS DATE) AS day, CAST(sum(events) AS BIGINT) AS events
    FROM ({rows}) AS parts
    WHERE slot >= $whole_from AND slot < $whole_to AND """
        + path_days.IS_NODE
        + """
    GROUP BY CAST(slot AS DATE)""",
        event_counts.ROLLUP,
        is_narrowed=False,
        has_players=False,
    ),
    "all_counts": Relation(
        """
    SELECT slot, name, platform, version, country, currency, events FROM ({rows}) AS parts""",
        event_counts.ROLLUP,
        is_narrowed=False,
    ),
}
