"""Events as they are stored: what the rollup of quarters of an hour does not know is counted from these.

That is what is asked to the second, of maps, of properties, or of players of a segment. They are read by the relation
that metrics read, so that the same `filter` means the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString, NamedTuple

from playtrace.metrics.frame.asking import Asking, Rules, has_merges
from playtrace.metrics.frame.calendar import Span
from playtrace.metrics.frame.models import CommonParameters
from playtrace.metrics.frame.scope import Scope

if TYPE_CHECKING:
    from playtrace.store.duckdb import Reader

READ: dict[LiteralString, LiteralString] = {
    "of_platform": "coalesce(platform, '')",
    "of_version": "coalesce(version, '')",
    "of_country": "coalesce(country, '')",
}


class Narrowing(NamedTuple):
    """What of an event a rule asks for besides platform, version and country."""

    filter: tuple[str, ...] = ()
    """`FIELD:VALUE`, as of a metric; all of them hold."""
    segment: str | None = None

    @property
    def is_any(self) -> bool:
        return self.filter != () or self.segment is not None


def events_in(reader: Reader, game_id: str, env: str, span: Span, narrowing: Narrowing) -> Scope:
    """Where `every_event` is those of a stretch of time, with the columns of `READ`: what was not sent is the empty
    string.

    Raises `WrongParameter`, and what `Reader.query` raises.
    """
    parameters = CommonParameters.model_validate(
        {"game_id": game_id, "env": env, "filter": list(narrowing.filter), "segment": narrowing.segment}
    )
    # Where all count it does not matter which ids are one player.
    is_merged = narrowing.is_any and has_merges(reader, game_id, env)
    # Nothing here depends on how sessions are told apart, nor on money.
    asking = Asking(reader, span.end, Rules(), "alerts", is_merged=is_merged)
    return Scope(parameters, asking, [span], reading=READ)
