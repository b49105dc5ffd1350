"""What a question is about, as values that are bound and as the choice where each relation is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, LiteralString

from msgspec import Struct

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.bound_lists import bound_lists
from playtrace.metrics.frame.calendar import ONE_DAY, Grain, Span, bound_slices, day_masks, on_slots, plain
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.filters import conditions, filters
from playtrace.metrics.frame.merged_ids import sent_ids
from playtrace.metrics.frame.models import CommonParameters
from playtrace.metrics.frame.relations import RELATIONS
from playtrace.metrics.frame.relations.places import IN_MATCH
from playtrace.metrics.frame.written_out import KEEP, Cut, relations_of, written_out
from playtrace.rollups import ROLLUPS
from playtrace.rollups.rollup import Rollup

if TYPE_CHECKING:
    import pyarrow as pa


class Table(Struct, frozen=True):
    """A small table that is made in Python, and read by its name."""

    name: LiteralString
    columns: dict[LiteralString, LiteralString]
    """With their types."""
    rows: Sequence[Sequence[object]]

    @property
    def text(self) -> LiteralString:
        columns: list[LiteralString] = [
            "unnest($" + self.name + "_" + column + "::" + type_ + "[]) AS " + column
            for column, type_ in self.columns.items()
        ]
        return "SELECT " + ", ".join(columns)


class Scope:
    """The events of a game in some buckets of time, as the parameters narrow them."""

    def __init__(
        self,
        parameters: CommonParameters,
        asking: Asking,
        buckets: Sequence[Span],
        *,
        grain: Grain = "day",
        split_by: str | None = None,
        raw: bool = False,
        reading: dict[LiteralString, LiteralString] | None = None,
        of_player: str | None = None,
        in_match: bool = False,
    ) -> None:
        """`buckets` are in order and do not overlap. `raw`: no rollup has what the metric wants to know.

        `reading`: columns that `every_event` has besides, by what they are called, as expressions of `events`.
        `in_match`: only events of a time of their match, from `$match_from_us` to `$match_to_us` after its start.
        `of_player`: who alone is asked about. The metric looks for them itself; this finds them sooner.
        """
        self._parameters = parameters
        self._asking = asking
        self._raw_alone = raw
        self.source: Literal["rollup", "raw"] = "rollup"
        """Where what was asked so far was read: `raw`, if any of it was."""
        self._in_slots = on_slots(*(end for bucket in buckets for end in (bucket.start, bucket.end)))
        start, end = buckets[0].start, buckets[-1].end
        self._range = plain(start), plain(end)
        filtered, in_predicate = conditions(parameters)
        predicate: LiteralString = " AND ".join([text for text in (filtered, IN_MATCH if in_match else "") if text])
        self._bound = (
            filters(parameters)
            | bound_slices(list(buckets), grain)
            | in_predicate
            | {
                "from": plain(start),
                "to": plain(end),
                "first_to": plain(buckets[0].end),
                "second_from": plain(buckets[-1].start),
                "sessions_from": plain(start - asking.rules.session_timeout),
                "day_before": plain(start - ONE_DAY - asking.rules.session_timeout),
                "session_timeout": asking.rules.session_timeout,
                "alive_since": plain(asking.now - asking.rules.session_timeout),
                "segment": parameters.segment,
                "game_currency": asking.rules.currency,
            }
            | {f"built_to_{rollup}": day for rollup, day in asking.unbuilt.items()}
        )
        of_ids = of_player is not None and asking.is_merged
        if of_player is not None and of_ids:
            self._bound["sent_ids"] = sent_ids(parameters, asking, of_player)
        if self._in_slots:
            masks = [(mask.bucket, mask.day, mask.am, mask.pm) for mask in day_masks(list(buckets))]
            self._bound |= {"first_day": masks[0][1], "last_day": masks[-1][1]} if masks else {}
            self._bound |= bound_lists("calendar", ("bucket", "day", "am", "pm"), masks)
        self._cut = Cut(
            keep=[name for name in KEEP if self._bound[name] is not None],
            predicate=predicate,
            is_segment=parameters.segment is not None,
            split_by=split_by,
            buckets=len(buckets),
            unbuilt=_unbuilt(asking),
            reading=reading or {},
            is_merged=asking.is_merged,
            of_ids=of_ids,
            is_timed=in_match,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether some events do not count, or some players."""
        return self._cut.keep != [] or self._cut.predicate != "" or self._cut.is_segment

    def rows(self, metric: LiteralString, *tables: Table, **bound: object) -> list[dict[str, Any]]:
        """The rows of a metric's SQL, which names relations and tables, and `$name` for what else is bound.

        Raises `WrongParameter` when the rollup was asked for and cannot answer, and what `Reader.query` raises.
        """
        return self._asking.rows(*self._statement(metric, tables, bound))

    def table(self, metric: LiteralString, **bound: object) -> pa.Table:
        """The same, for very many rows."""
        return self._asking.table(*self._statement(metric, (), bound))

    def _statement(
        self, metric: LiteralString, tables: Sequence[Table], bound: dict[str, object]
    ) -> tuple[LiteralString, dict[str, object]]:
        raw = self._raw(relations_of(metric, self._cut))
        values = self._bound | bound
        for table in tables:
            values |= bound_lists(table.name, tuple(table.columns), table.rows)
        return written_out(metric, raw, self._cut, {table.name: table.text for table in tables}), values

    def _raw(self, names: list[LiteralString]) -> set[LiteralString]:
        """The relations that no rollup can answer, or that were asked for without."""
        raw: set[LiteralString] = {name for name in names if self._needs_events(name)}
        if self._parameters.source == "rollup" and raw:
            raise WrongParameter(
                "source",
                "The rollup cannot answer this: most know quarters of an hour, platform, version and country, and some"
                " questions can only be read from events. Ask for `auto`.",
            )
        if self._parameters.source == "raw":
            raw = set(names)
        if raw:
            # What does not begin with the range reads all that was before it.
            begins = all("$from" in (RELATIONS[name].text_raw or RELATIONS[name].text) for name in raw)
            self._asking.events_read.append((self._range[0] if begins else dt.datetime.min, self._range[1]))
        if raw or any(_is_unbuilt(RELATIONS[name].rollup, self._asking) for name in names):
            self.source = "raw"
        return raw

    def _needs_events(self, name: LiteralString) -> bool:
        relation = RELATIONS[name]
        if relation.rollup is None:
            return True
        return (
            (self._raw_alone and relation.text_raw is not None)
            or (relation.in_slots and not self._in_slots)
            or (self._cut.predicate != "" and relation.is_narrowed)
            or (self._cut.is_segment and not relation.has_players and relation.is_narrowed)
            or (not relation.rollup.makes_rows and _is_unbuilt(relation.rollup, self._asking))
        )


def _is_unbuilt(rollup: Rollup | None, asking: Asking) -> bool:
    return rollup is not None and rollup.table in asking.unbuilt


def _unbuilt(asking: Asking) -> frozenset[LiteralString]:
    return frozenset(rollup.table for rollup in ROLLUPS if rollup.table in asking.unbuilt)


def ever(parameters: CommonParameters, asking: Asking, metric: LiteralString, **bound: object) -> list[dict[str, Any]]:
    """The rows of SQL about all time of a game and environment: of relations that begin with `all_`, whole."""
    cut = Cut(
        keep=[],
        predicate="",
        is_segment=False,
        split_by=None,
        buckets=1,
        unbuilt=_unbuilt(asking),
        reading={},
        is_merged=False,
    )
    values = (
        filters(parameters)
        | {"game_currency": asking.rules.currency}
        | {f"built_to_{rollup}": day for rollup, day in asking.unbuilt.items()}
        | bound
    )
    return asking.rows(written_out(metric, set(), cut, {}), values)
