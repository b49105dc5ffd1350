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

from playtrace.event import PASSIVE_EVENTS

Sql = LiteralString


class Rollup(Struct, frozen=True):
    """A table of the store, what its rows are made of, and how they are merged.

    `each` reads `{source}`: events as `_source` has them. `merge` reads `{parts}`: rows of this table. `{key}` is what
    keeps games and environments apart, `{within_day}` days: a question is about one of them, or about many days.
    `{carried}` is what it wants to know of an event besides. `gather` is a part of `merge` that costs less and leaves
    more rows: enough for a load.
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
    gather: Sql = ""
    within_day: Sql = ""
    carry: Sql = ""
    """How `merge` keeps what is carried: of the event that is first, say. Empty where a question merges no rows."""
    text_props: tuple[Sql, ...] = ()
    """Properties that `each` reads as text: a load makes these of an event, and no others."""
    is_whole: bool = False
    """Whether the stored rows are always merged: who adds a row takes away those that it says the same as."""

    makes_rows: bool = True
    """Whether `each` makes rows of this table, rather than what only `merge` makes rows of."""
    keeps_owner: bool = False
    """Whether `owner` stays as it was sent where players are merged: what is stored was paired or pooled by it."""

    @property
    def creation(self) -> Sql:
        """The statement that makes the empty table."""
        return creation_of(self.table, self.columns)

    @property
    def names(self) -> Sql:
        """Its columns, as a SELECT lists them."""
        names: list[Sql] = list(self.columns)
        return ", ".join(names)

    def rows(self, source: Sql, *, carried: bool = False) -> Sql:
        """A row of each event."""
        return self.each.format(source="(" + source + ")", carried=", kept" if carried else "")

    def stored(self, condition: Sql) -> Sql:
        """Its rows for which a condition holds."""
        return "SELECT " + self.names + " FROM main." + self.table + " WHERE " + condition

    def stored_and_anew(self, condition: Sql, source: Sql, built_to: Sql) -> Sql:
        """The same while it is being made anew: from the day `built_to` on, rows of events.

        `source` are the events for which that condition holds, and ends in a WHERE clause.
        """
        anew = self.rows(source + "    AND time >= " + built_to + "\n")
        return self.stored(condition) + " AND " + self.day + " < " + built_to + " UNION ALL " + anew

    def merged(self, parts: Sql, *, carried: bool = False) -> Sql:
        """The merged rows of some rows of one game and environment, which they do not name: for a question."""
        return self.merge.format(parts="(" + parts + ")", key="", within_day="", carried=self.carry if carried else "")

    def merged_across_days(self, parts: Sql) -> Sql:
        """The fewest rows that say what some rows say."""
        return self.merge.format(parts="(" + parts + ")", key=KEY, within_day="", carried="")

    def merged_by_day(self, parts: Sql) -> Sql:
        """The merged rows of some rows, of each day by itself."""
        text = self._within_day(self.gather, parts) if self.gather else parts
        return self._within_day(self.merge, text)

    def in_order(self, parts: Sql) -> Sql:
        """The merged rows of some rows, as they lie in the store."""
        return self.merged_by_day(parts) + "ORDER BY " + self.order

    def of_events(self, source: Sql) -> Sql:
        """The merged rows of some events, as they lie in the store."""
        return self.in_order(self.rows(source))

    def made_anew(self, source: Sql) -> Sql:
        """The merged rows of some events of any days, in no order: in one step, which needs more memory."""
        return self._within_day(self.merge, self.rows(source))

    def of_load(self, source: Sql) -> Sql:
        """Rows of some events, as a load adds them: few, and in no order."""
        return self._within_day(self.gather or self.merge, self.rows(source))

    def _within_day(self, text: Sql, parts: Sql) -> Sql:
        return text.format(parts="(" + parts + ")", key=KEY, within_day=self.within_day, carried="")

    def of_day(self) -> Sql:
        """The condition for the rows of the days from `$from` on, before `$to`."""
        return self.day + " >= $from AND " + self.day + " < $to"


def creation_of(table: Sql, columns: dict[Sql, Sql]) -> Sql:
    """The statement that makes an empty table of these columns, with their types."""
    texts: list[Sql] = [name + " " + type_ for name, type_ in columns.items()]
    return "CREATE TABLE " + table + " (" + ", ".join(texts) + ")"


def text_of(value: Sql, length: Sql | None = None) -> Sql:
    """A property that was read as text, of at most so many characters.

    An object or a list has no text that is the same wherever it stands: it counts as not sent, and is null.
    """
    text: Sql = value if length is None else "substr(" + value + ", 1, " + length + ")"
    return "CASE WHEN substr(" + value + ", 1, 1) NOT IN ('{{', '[') THEN " + text + " END"


TEXT_LENGTH_MAX: Sql = "256"
"""Characters that are kept of a property."""
MICROS: Sql = "coalesce(TRY_CAST(round(value * 1e6) AS BIGINT), 0)"
"""The value of an event in millionths: sums of integers do not depend on their order."""
KEY: Sql = "game_id, env, "
PASSIVE: Sql = "name IN ('" + "', '".join(PASSIVE_EVENTS) + "')"
"""Whether an event happens without the player."""

# A bit of 63 by the letters at both ends of a player's id: n different ones are at least n players. A hash would do as
# well, if it were as fast (md5 is not), or the same in the next version of an engine.
PLAYER_BIT: Sql = """CAST((
            ascii(player_id) + 37 * ascii(substr(player_id, 3)) + 11 * ascii(substr(player_id, -1))
            + 29 * ascii(substr(player_id, -2)) + 17 * ascii(substr(player_id, -3)) + 41 * ascii(substr(player_id, -4))
            + 23 * ascii(substr(player_id, -5)) + 5 * ascii(substr(player_id, -6))
        ) % 63 AS TINYINT)"""


OWNER: Sql = "coalesce(player_id, device_id, '')"
"""Whose session it is that has a short id, or none."""


def _source(events: Sql, *, slot: Sql, props: Sql, carried: Sql = "") -> Sql:
    """Events as `each` reads them. What was not sent is the empty string.

    `is_active` says whether a player did something. `owner` says whose session it is: clients that number their
    sessions 1, 2, 3 are told apart by player or device, while an id of 16 characters and more is one by itself, whoever
    signs in during it. `order_key` says which of two events was first: the earlier one, of the same moment the one with
    the lower `seq`, else that which arrived first.
    """
    return f"""
    SELECT game_id, env, name, time, received_at, {slot} AS slot, player_id, session_id, device_id, match_id, mono_ms,
        seq, value, {props} AS props, level, map_id, x, y, z, os, source AS protocol,
        coalesce(platform, '') AS platform, coalesce(version, '') AS version, coalesce(country, '') AS country,
        coalesce(currency, '') AS currency,
        {PASSIVE} AS is_passive,
        player_id IS NOT NULL AND NOT {PASSIVE} AS is_active,
        {PLAYER_BIT} AS player_bit,
        CASE WHEN length(session_id) >= 16 THEN '' ELSE {OWNER} END AS owner,
        CAST(epoch_us(time) AS HUGEINT) * 590295810358705651712
            + CAST(greatest(0, least(coalesce(seq, 0), 32767)) AS HUGEINT) * 18014398509481984
            + CAST(journal_offset AS HUGEINT) * 16384 + position AS order_key{carried}
    FROM {events}
"""


SLOT: Sql = "time_bucket(INTERVAL 15 MINUTE, time)"
# Of a game that keeps its events for some time only, days are left alone whose events are gone: nothing can be made
# anew of them. For rows of one day (UTC), `$from`.
IS_WHOLE: Sql = "game_id NOT IN (SELECT game_id FROM removed_before WHERE what = 'events' AND day > $from::DATE)"


def _number(name: Sql) -> Sql:
    """A property as a number, of what a load has: JSON text. As a VARIANT, what is stored, is cast: also of a text."""
    value: Sql = "(props -> '$." + name + "')"
    return f"""'{name}': CASE
                WHEN json_type({value}) = 'VARCHAR' THEN TRY_CAST({value} ->> '$' AS DOUBLE)
                ELSE TRY_CAST({value} AS DOUBLE)
            END"""


# What a load has: only the properties that a rollup reads, as making all of them a VARIANT takes longer than the rest.
SOURCE_OF_LOAD: Sql = _source(
    "staged", slot=SLOT, props=f"{{ {_number('frames')}, {_number('duration_s')}, {_number('fps')} }}"
)


def source_of_load_as_text(rollup: Rollup) -> Sql:
    """The same for a rollup that reads properties as text: what a VARIANT of them would be cast to.

    Reading them together costs less than one after the other, or than what is stored.
    """
    names: list[Sql] = ['"' + name + '": "VARCHAR"' for name in rollup.text_props]
    return _source("staged", slot=SLOT, props="from_json(props, '{" + ", ".join(names) + "}')")


# What is stored, to be merged as a load would have merged it.
SOURCE_OF_EVENTS: Sql = _source("main.events", slot=SLOT, props="props")
# What a question has: any borders, of one game and environment, with `{narrowed}` for what else must hold of an event.
SOURCE_OF_QUESTION: Sql = (
    _source("main.events", slot="time", props="props", carried="{carried}")
    + "    WHERE game_id = $game AND env = $env{narrowed}\n"
)
