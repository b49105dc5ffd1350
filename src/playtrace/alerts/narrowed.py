"""Events of a rule that asks for more than the rollup of quarters of an hour knows: for properties, or for players of a
segment. They are counted from the events, by the relation that metrics read, so that the same `filter` means the same.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, LiteralString, NamedTuple

from playtrace.metrics.frame.asking import Asking, Rules, has_merges
from playtrace.metrics.frame.calendar import Span
from playtrace.metrics.frame.models import CommonParameters
from playtrace.metrics.frame.scope import Scope

if TYPE_CHECKING:
    import pyarrow as pa

    from playtrace.store.duckdb import Reader

READ: dict[LiteralString, LiteralString] = {
    "of_platform": "coalesce(platform, '')",
    "of_version": "coalesce(version, '')",
    "of_country": "coalesce(country, '')",
}

_COUNTED: LiteralString = """CASE WHEN list_contains($names::VARCHAR[], name) THEN name ELSE '' END AS name,
    CASE WHEN $by_platform THEN of_platform ELSE '' END AS platform,
    CASE WHEN $by_version THEN of_version ELSE '' END AS version,
    CASE WHEN $by_country THEN of_country ELSE '' END AS country,
    CASE WHEN $by_map THEN coalesce(map_id, '') ELSE '' END AS map, CAST(count(*) AS BIGINT) AS events
FROM every_event
WHERE $all_names OR list_contains($names::VARCHAR[], name)
GROUP BY ALL
ORDER BY events DESC
LIMIT $rows_max
"""

COUNTS: LiteralString = "SELECT " + _COUNTED
SERIES: LiteralString = "SELECT time_bucket(INTERVAL '15 minutes', time) AS slot, " + _COUNTED

CRASHES: LiteralString = """
SELECT CAST(CAST(props AS JSON) AS VARCHAR) AS props, of_platform AS platform, of_version AS version,
    of_country AS country, coalesce(map_id, '') AS map
FROM every_event
WHERE name = 'crash'
ORDER BY time DESC
LIMIT $crashes_max
"""

SEGMENTS: LiteralString = "SELECT segment_id FROM main.segments WHERE game_id = $game"


class Narrowing(NamedTuple):
    """What of an event a rule asks for besides platform, version and country."""

    filter: tuple[str, ...] = ()
    """`FIELD:VALUE`, as of a metric; all of them hold."""
    segment: str | None = None

    @property
    def is_any(self) -> bool:
        return self.filter != () or self.segment is not None


def count_narrowed(
    reader: Reader,
    game_id: str,
    env: str,
    span: Span,
    narrowing: Narrowing,
    names: Collection[str],
    dimensions: Collection[str],
    *,
    rows_max: int,
) -> list[dict[str, Any]]:
    """Events by name and dimensions, the most first. `names`: the empty string stands for events of any name.

    Raises `WrongParameter`, and what `Reader.query` raises.
    """
    return _scope(reader, game_id, env, span, narrowing).rows(COUNTS, **_bound(names, dimensions, rows_max))


def series_narrowed(
    reader: Reader,
    game_id: str,
    env: str,
    span: Span,
    narrowing: Narrowing,
    names: Collection[str],
    dimensions: Collection[str],
    *,
    rows_max: int,
) -> pa.Table:
    """The same, quarter of an hour (`slot`) by quarter."""
    return _scope(reader, game_id, env, span, narrowing).table(SERIES, **_bound(names, dimensions, rows_max))


def crashes_narrowed(
    reader: Reader, game_id: str, env: str, span: Span, narrowing: Narrowing, *, crashes_max: int
) -> list[dict[str, Any]]:
    """The latest crashes of a stretch, each by itself, with its properties as JSON."""
    return _scope(reader, game_id, env, span, narrowing).rows(CRASHES, crashes_max=crashes_max)


def segments_of(reader: Reader, game_id: str) -> frozenset[str]:
    """The segments that a game has. Raises what `Reader.query` raises."""
    return frozenset(row["segment_id"] for row in reader.rows(SEGMENTS, {"game": game_id}))


def _scope(reader: Reader, game_id: str, env: str, span: Span, narrowing: Narrowing) -> Scope:
    parameters = CommonParameters.model_validate(
        {
            "game_id": game_id,
            "env": env,
            "filter": list(narrowing.filter),
            "segment": narrowing.segment,
            "source": "raw",
        }
    )
    # Nothing here depends on how sessions are told apart, nor on money.
    asking = Asking(reader, span.end, Rules(), "alerts", is_merged=has_merges(reader, game_id, env))
    return Scope(parameters, asking, [span], raw=True, reading=READ)


def _bound(names: Collection[str], dimensions: Collection[str], rows_max: int) -> dict[str, object]:
    return {
        "all_names": "" in names,
        "names": [name for name in names if name],
        "rows_max": rows_max,
        **{f"by_{name}": name in dimensions for name in ("platform", "version", "country", "map")},
    }
