"""Rows of a day for other programs, one file each: what happened, in typed columns.

`session` is what models are trained on, with what players did in it; all of them are the facts of the warehouse's star
(`batch/warehouse/`), and `player` is what a dimension of it grows by.
"""

from __future__ import annotations

from playtrace.batch.facts import event, level, match, player, player_day, purchase, session
from playtrace.batch.facts.fact import Fact

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (session.FACT, purchase.FACT, level.FACT, match.FACT, event.FACT, player.FACT, player_day.FACT)
}
