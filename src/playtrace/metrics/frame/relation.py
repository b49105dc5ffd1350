"""One of the names that the SQL of a metric reads: `relations/` has a file of them for each subject."""

from __future__ import annotations

from typing import LiteralString

from msgspec import Struct

from playtrace.rollups.rollup import Rollup

Sql = LiteralString


class Relation(Struct, frozen=True):
    """A text with places: `{rows}` for rows of the rollup, not merged; `{merged}` for them merged.

    `{keep}` and `{segment}` stand for what is kept, `{split}` for the dimension to split by, `{bucket}`,
    `{in_buckets}` and `{between}` for the number of the bucket and what finds it. `{at}` is the moment by which that is
    done, `{read}` for the columns that a question reads of every event besides.
    """

    text: Sql
    rollup: Rollup | None
    """None: no rollup has it, it is read from the events."""
    at: Sql = ""
    text_raw: Sql | None = None
    """Over `{source}`, where the rows of no rollup would say it."""
    in_slots: bool = False
    """Its rollup knows quarters of an hour, not instants."""
    has_players: bool = True
    """Whether its rollup says of whom a row is: only then a segment can be cut out of it."""
    is_narrowed: bool = True
    """Whether filters hold for it at all."""
    before: tuple[tuple[Sql, Sql], ...] = ()
    """Names and texts that this one reads: of the same rollup, and cut alike."""
    merged_of: Sql = "{rows}"
    """Which rows `{merged}` merges."""
    by_first: bool = False
    """Whether filters look at the first event of what a row is, rather than at each: it must be merged to be known."""
