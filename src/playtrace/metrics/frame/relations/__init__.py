"""What the SQL of a metric reads: names that hold what is asked about, and nothing else.

A metric numbers its buckets of time and reads `event_counts`, `active`, `players`, `sessions`, `located`, `stays` ...
Each of them is cut to the game, the environment, the buckets, the filters and the segment before the metric sees it,
and its rows say their `bucket` and `split` (the value of the dimension that was asked for, else ''). So no metric has a
clause for any of that, and none knows whether its rows come from a rollup or from the events: that is decided in
`scope.py`, a relation at a time, and written out in `written_out.py`. Those that begin with `all_` are about all time.
"""

from __future__ import annotations

from playtrace.metrics.frame.relation import Relation, Sql
from playtrace.metrics.frame.relations import (
    activity,
    counts,
    every_event,
    noted,
    payments,
    performance,
    places,
    players,
    sessions,
)

RELATIONS: dict[Sql, Relation] = {
    name: relation
    for module in (counts, activity, players, sessions, places, noted, payments, performance, every_event)
    for name, relation in module.RELATIONS.items()
}
