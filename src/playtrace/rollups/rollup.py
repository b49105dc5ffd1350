"""What a rollup is: a row for each event, and how rows become fewer.

`each` makes a row of one event; `merge` makes fewer rows of many, which say the same. Whoever has events or rows of
them needs nothing else:

    a load          merge(each(its events)), appended
    compaction      merge(the rows of a day), in their place
    a rebuild       merge(each(the events of a day)), in place of the day's rows
    a question      merge(rows), or merge(each(events)) where the rows do not know what is asked for

Merging any part of the rows, in any order, gives the same answers as merging all (`tests/engines/test_rollups.py` says
so of every rollup). Sums are therefore of integers, and of events at the same moment the same one is always first
(`order_key`). What is stored is merged within days (UTC) and never across them: a day can be made again by itself.
"""

from __future__ import annotations

from typing import LiteralString

from msgspec import Struct

Sql = LiteralString


class Rollup(Struct, frozen=True):
    """A table of the store, what its rows are made of, and how they are merged.

    `each` reads `{source}`: events as `SOURCE` has them. `merge` reads `{parts}`: rows of this table. `{within_day}` is
    what keeps days apart in what is stored. `{carried}` is what a question wants to know of an event besides.
    """

    table: Sql
    version: int
    """One more when the columns, `each` or `merge` change: then it is made again from the events."""
    columns: dict[Sql, Sql]
    """With their types, in the order in which `each` and `merge` have them."""
    each: Sql
    merge: Sql
    day: Sql
    """The column, or expression, that says which day (UTC) a row is of."""
    order: Sql
    """How the merged rows of a day lie: what is asked for together is together."""
    within_day: Sql = ""
    carry: Sql = ""
    """How `merge` keeps what is carried: of the event that is first, say. Empty where a question merges no rows."""
    is_whole: bool = False
    """Whether the stored rows are always merged: who adds a row takes away those that it says the same as."""

    makes_rows: bool = True
    """Whether `each` makes rows of this table, rather than what only `merge` makes rows of."""

    @property
    def creation(self) -> Sql:
        """The statement that makes the empty table."""
        columns: list[Sql] = [f"{name} {type_}" for name, type_ in self.columns.items()]
        return "CREATE TABLE " + self.table + " (" + ", ".join(columns) + ")"

    @property
    def names(self) -> Sql:
        """Its columns, as a SELECT lists them."""
        names: list[Sql] = list(self.columns)
        return ", ".join(names)

    def rows(self, source: Sql, *, carried: bool = False) -> Sql:
        """A row of each event."""
        return self.each.format(source="(" + source + ")", carried=", kept" if carried else "")

    def merged(self, parts: Sql, *, carried: bool = False) -> Sql:
        """The merged rows of some rows, of whatever days: for a question."""
        return self.merge.format(parts="(" + parts + ")", within_day="", carried=self.carry if carried else "")

    def merged_by_day(self, parts: Sql) -> Sql:
        """The merged rows of some rows, in the order in which they are stored."""
        text = self.merge.format(parts="(" + parts + ")", within_day=self.within_day, carried="")
        return text + "ORDER BY " + self.order

    def of_events(self, source: Sql) -> Sql:
        """The merged rows of some events, as they are stored."""
        return self.merged_by_day(self.rows(source))

    def of_day(self) -> Sql:
        """The condition for the rows of the days from `$from` on, before `$to`."""
        return self.day + " >= $from AND " + self.day + " < $to"


# Events as `each` reads them. What was not sent is the empty string. `is_active` says whether a player did something.
# `owner` says whose session it is: clients that number their sessions 1, 2, 3 are told apart by player or device, while
# an id of 16 characters and more is one by itself, whoever signs in during it. `order_key` says which of two events was
# first: the earlier one, of the same moment the one with the lower `seq`, else that which arrived first.
SOURCE: Sql = """
    SELECT game_id, env, name, time, {slot} AS slot, player_id, session_id, mono_ms, seq, value, {props} AS props,
        map_id, x, y, z,
        coalesce(platform, '') AS platform, coalesce(version, '') AS version, coalesce(country, '') AS country,
        coalesce(currency, '') AS currency,
        list_contains($passive::VARCHAR[], name) AS is_passive,
        player_id IS NOT NULL AND NOT list_contains($passive::VARCHAR[], name) AS is_active,
        CASE WHEN length(session_id) >= 16 THEN '' ELSE coalesce(player_id, device_id, '') END AS owner,
        CAST(epoch_us(time) AS HUGEINT) * 590295810358705651712
            + CAST(greatest(0, least(coalesce(seq, 0), 32767)) AS HUGEINT) * 18014398509481984
            + CAST(journal_offset AS HUGEINT) * 16384 + position AS order_key{carried}
    FROM {events}
"""

# What a load has: properties are JSON text before they are stored. Only those that a rollup reads are worth the cast.
SOURCE_OF_LOAD: Sql = SOURCE.format(
    slot="time_bucket(INTERVAL 15 MINUTE, time)",
    props="CASE WHEN name = 'performance' THEN props END::VARIANT",
    events="staged",
    carried="",
)
# What is stored, to be merged as a load would have merged it.
SOURCE_OF_EVENTS: Sql = SOURCE.format(
    slot="time_bucket(INTERVAL 15 MINUTE, time)", props="props", events="main.events", carried=""
)
# What a question has: any borders, of one game and environment, with `{narrowed}` for what else must hold of an event.
SOURCE_OF_QUESTION: Sql = (
    SOURCE.format(slot="time", props="props", events="main.events", carried="{carried}")
    + "    WHERE game_id = $game AND env = $env{narrowed}\n"
)
