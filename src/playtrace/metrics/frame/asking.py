"""Where a question finds what it needs, and what the settings say about counting."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, LiteralString

from playtrace.metrics.frame.exchange import QuotesOf, no_quotes
from playtrace.metrics.frame.models import CommonParameters, Heading, definition_address
from playtrace.metrics.frame.statements import with_values
from playtrace.store.raw_gone import NOTHING, Gone

if TYPE_CHECKING:
    # Only for these names: `playtrace query` asks a server without a database of its own.
    import pyarrow as pa

    from playtrace.store.reading import Reader


@dataclass(frozen=True)
class Rules:
    """What the settings say about counting."""

    settle: dt.timedelta = dt.timedelta(hours=72)
    """A bucket is settled this long after its end."""
    session_timeout: dt.timedelta = dt.timedelta(minutes=30)
    """A longer silence of a player without session ids starts a new session."""
    currency: str = "USD"
    """The game's own: of purchases that name none."""
    quotes: QuotesOf = no_quotes
    """Where exchange rates are to be had: asked only by what converts money."""
    rate_carry_days: int = 0
    """A day without a rate has that of the day before, if it is no further back than so many days."""

    @classmethod
    def of(
        cls,
        *,
        settle_hours: float,
        session_timeout_minutes: float,
        currency: str,
        quotes: QuotesOf = no_quotes,
        rate_carry_days: int = 0,
    ) -> Rules:
        return cls(
            dt.timedelta(hours=settle_hours),
            dt.timedelta(minutes=session_timeout_minutes),
            currency,
            quotes,
            rate_carry_days,
        )


@dataclass(frozen=True)
class Asking:
    """Where a question finds what it needs; all its queries see one moment of the store."""

    reader: Reader
    now: dt.datetime
    rules: Rules
    metric: str
    unbuilt: Mapping[str, dt.date] = field(default_factory=dict)
    """Rollups that are being made anew, and from which day on they are not made yet."""
    is_merged: bool = False
    """Whether some ids of the game are one player: they are read by the id that stays."""
    gone: Gone = NOTHING
    """What of the game was removed on purpose."""
    events_read: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)
    """Of which stretches of time (UTC, without offset) raw events were read so far, because no rollup was."""
    statements: list[str] = field(default_factory=list)
    """What was asked of the store so far, with its values."""
    is_explained: bool = False
    """Whether they are kept."""
    started: float = field(default_factory=time.perf_counter)

    def rows(self, sql: LiteralString, bound: dict[str, object]) -> list[dict[str, Any]]:
        """The rows of a query, to which those of the values are bound that it names."""
        return self.reader.rows(sql, self._named(sql, bound))

    def table(self, sql: LiteralString, bound: dict[str, object]) -> pa.Table:
        """The same, for very many rows."""
        return self.reader.query(sql, self._named(sql, bound))

    def _named(self, sql: LiteralString, bound: dict[str, object]) -> dict[str, object]:
        named = {name: bound[name] for name in re.findall(r"\$(\w+)", sql)}
        if self.is_explained:
            self.statements.append(self.reader.as_run(with_values(sql, named)))
        return named

    def heading(
        self, parameters: CommonParameters, start: dt.datetime, end: dt.datetime, source: Literal["rollup", "raw"]
    ) -> Heading:
        """The fields that every answer has. Made last: it reads the clock."""
        return {
            "metric": self.metric,
            "definition": definition_address(self.metric),
            "game_id": parameters.game_id,
            "from_": start,
            "to": end,
            "time_zone": parameters.time_zone,
            "segment": parameters.segment,
            "as_of": self.now,
            "source": source,
            "elapsed_ms": round((time.perf_counter() - self.started) * 1000, 2),
        }


# What is not made anew because its events are gone stays as it was made.
UNFINISHED: LiteralString = """
SELECT rollup, greatest(built_to, (
    SELECT max(day) FROM removed_before WHERE game_id = $game AND what = 'events'
)) AS built_to
FROM rollup_builds
WHERE built_to IS NOT NULL
"""


def unbuilt_rollups(reader: Reader, game_id: str | None = None) -> dict[str, dt.date]:
    """Rollups that are being made anew, and from which day on they are not made yet: of a game, or of any."""
    return {row["rollup"]: row["built_to"] for row in reader.rows(UNFINISHED, {"game": game_id})}


MERGED: LiteralString = "SELECT 1 FROM player_merges WHERE game_id = $game AND env = $env LIMIT 1"


def has_merges(reader: Reader, game_id: str, env: str) -> bool:
    """Whether it was ever decided in a game that ids are one player."""
    return bool(reader.rows(MERGED, {"game": game_id, "env": env}))
