"""Do the rollups say what the events say? Days are made anew from the events, and compared with what is kept.

Of games whose events of a day are gone (`store/raw_gone.py`) there is nothing to compare.
"""

from __future__ import annotations

import datetime as dt
import random

from playtrace.operate.findings import Ask, CannotAsk, Finding, OnProgress
from playtrace.rollups import ROLLUPS
from playtrace.rollups.rollup import IS_WHOLE, SOURCE_OF_EVENTS, Rollup

NEWEST_DAYS = 3
SAMPLED_DAYS = 4
"""Beside the newest; others each time."""
SHOWN_MAX = 5

COMPARED: tuple[Rollup, ...] = tuple(rollup for rollup in ROLLUPS if rollup.makes_rows and not rollup.is_whole)
"""Those of which a day can be made of that day's events alone."""


def compare_rollups(ask: Ask, on_progress: OnProgress, *, is_all: bool, session_timeout_minutes: int) -> Finding:
    """Of some days, or of all."""
    what = "rollups"
    try:
        days = [
            dt.date.fromisoformat(row[0])
            for row in ask("SELECT DISTINCT CAST(CAST(time AS DATE) AS VARCHAR) FROM events ORDER BY 1 DESC")
        ]
        built = {row[0]: row[1] for row in ask("SELECT rollup, CAST(built_to AS VARCHAR) FROM rollup_builds")}
    except CannotAsk as error:
        return Finding(what, False, f"cannot be compared with the events: {error}")
    chosen = days if is_all else _sample(days)
    wrong: list[str] = []
    compared = 0
    for number, day in enumerate(chosen):
        for rollup in COMPARED:
            on_progress(f"rollups: {rollup.table}, day {number + 1} of {len(chosen)}")
            if (built_to := built.get(rollup.table)) is not None and day >= dt.date.fromisoformat(built_to):
                continue  # not made yet; questions read its events
            try:
                (differ,) = ask(_difference(rollup, day, session_timeout_minutes))[0]
            except CannotAsk as error:
                wrong.append(f"{rollup.table} of {day} cannot be compared ({error})")
                continue
            compared += 1
            if differ:
                wrong.append(f"{rollup.table} of {day} differs in {differ:,} rows")
    if wrong:
        more = f"; and {len(wrong) - SHOWN_MAX} more" if len(wrong) > SHOWN_MAX else ""
        return Finding(
            what,
            False,
            f"{'; '.join(wrong[:SHOWN_MAX])}{more}. Where they differ, the events are right: `playtrace sql` asks them",
        )
    of = "all" if is_all or len(chosen) == len(days) else f"{len(chosen)} of {len(days)}"
    said = "" if is_all or len(chosen) == len(days) else "; --all compares all"
    return Finding(what, True, f"{len(COMPARED)} say of {of} days what the events say{said}")


def _sample(days: list[dt.date]) -> list[dt.date]:
    rest = days[NEWEST_DAYS:]
    return days[:NEWEST_DAYS] + random.sample(rest, min(SAMPLED_DAYS, len(rest)))


def _difference(rollup: Rollup, day: dt.date, session_timeout_minutes: int) -> str:
    """How many merged rows of a day are in one of both alone."""
    first, next_ = f"DATE '{day}'", f"DATE '{day + dt.timedelta(days=1)}'"
    is_whole = IS_WHOLE.replace("$from", first)
    of_day = f"    WHERE time >= {first} AND time < {next_} AND {is_whole}\n"
    condition = rollup.of_day().replace("$from", first).replace("$to", next_) + f" AND {is_whole}"
    kept = _merged(rollup, f"SELECT {rollup.names} FROM main.{rollup.table} WHERE {condition}")
    anew = _merged(rollup, rollup.each.format(source=f"({SOURCE_OF_EVENTS}{of_day})", carried=""))
    return f"""
WITH kept AS ({kept}), anew AS ({anew})
SELECT (SELECT count(*) FROM (FROM kept EXCEPT ALL FROM anew)) + (SELECT count(*) FROM (FROM anew EXCEPT ALL FROM kept))
""".replace("main.", "").replace("$session_timeout", f"INTERVAL {session_timeout_minutes} MINUTE")


def _merged(rollup: Rollup, parts: str) -> str:
    """As `Rollup.merged_by_day`, of a text that has a day in it."""
    for text in (rollup.gather, rollup.merge):
        if text:
            parts = text.format(parts=f"({parts})", key="game_id, env, ", within_day=rollup.within_day, carried="")
    return parts
