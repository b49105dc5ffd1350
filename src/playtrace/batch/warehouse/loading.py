"""How a day of a game is loaded into Redshift: one transaction, which may be repeated and leaves the same rows.

The files of the day are copied into empty tables of the session; then the day's rows are taken out of the facts, and
those put in. `COPY` reads Parquet by position: the columns of a table are those of the fact's files.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import LiteralString

import msgspec

from playtrace.batch.errors import BatchError
from playtrace.batch.facts import FACTS
from playtrace.batch.results import result_path
from playtrace.batch.run import Report
from playtrace.metrics.frame.statements import with_values

IAM_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}|default")

TABLES: dict[str, LiteralString] = {
    "session": "fact_session",
    "purchase": "fact_purchase",
    "level": "fact_level",
    "match": "fact_match",
    "event": "fact_event",
    "player_day": "fact_player_day",
    "player": "dim_player",
}
"""Which table the rows of a fact are in."""

# What dimensions grow by; what is there stays.
DIMENSIONS: Sequence[LiteralString] = (
    """
INSERT INTO playtrace.dim_date (day, year, month, weekday)
SELECT DISTINCT day, date_part('year', day), date_part('month', day), date_part('dow', day)
FROM stage_event
WHERE NOT EXISTS (SELECT 1 FROM playtrace.dim_date AS known WHERE known.day = stage_event.day)
""",
    """
INSERT INTO playtrace.dim_game (game_id)
SELECT DISTINCT game_id FROM stage_event
WHERE NOT EXISTS (SELECT 1 FROM playtrace.dim_game AS known WHERE known.game_id = stage_event.game_id)
""",
    """
INSERT INTO playtrace.dim_platform (platform)
SELECT DISTINCT platform FROM stage_event
WHERE NOT EXISTS (SELECT 1 FROM playtrace.dim_platform AS known WHERE known.platform = stage_event.platform)
""",
    # A version that was seen earlier than was known begins then.
    """
UPDATE playtrace.dim_version SET first_day = CAST($day AS DATE)
WHERE game_id = $game AND first_day > CAST($day AS DATE) AND version IN (SELECT version FROM stage_event)
""",
    """
INSERT INTO playtrace.dim_version (game_id, version, first_day)
SELECT DISTINCT $game, version, CAST($day AS DATE) FROM stage_event
WHERE NOT EXISTS (
    SELECT 1 FROM playtrace.dim_version AS known WHERE known.game_id = $game AND known.version = stage_event.version
)
""",
    """
INSERT INTO playtrace.dim_map (game_id, map)
SELECT DISTINCT $game, said.map
FROM (SELECT map FROM stage_level UNION SELECT map FROM stage_match) AS said
WHERE said.map IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM playtrace.dim_map AS known WHERE known.game_id = $game AND known.map = said.map
)
""",
)
# Who came earlier than was known is a player of that day alone.
MOVED_PLAYERS: LiteralString = """
DELETE FROM playtrace.dim_player
WHERE game_id = $game AND player_id IN (SELECT player_id FROM stage_player)
"""
LOADED: Sequence[LiteralString] = (
    "DELETE FROM playtrace.loaded_day WHERE game_id = $game AND day = CAST($day AS DATE)",
    """
INSERT INTO playtrace.loaded_day (game_id, day, loaded_at)
VALUES ($game, CAST($day AS DATE), CAST($now AS TIMESTAMP))
""",
)


def schema() -> Iterator[str]:
    """The statements that make tables and views, where they are not there."""
    for name in ("tables.sql", "views.sql"):
        text = (files("playtrace.batch.warehouse") / name).read_text("utf-8")
        without_comments = re.sub(r"^--.*\n", "", text, flags=re.MULTILINE)
        yield from (part.strip() for part in without_comments.split(";\n") if part.strip())


def stages() -> Iterator[str]:
    """The statements that make an empty table of the session for each fact."""
    for fact, table in TABLES.items():
        yield f"CREATE TEMP TABLE stage_{fact} (LIKE playtrace.{table})"


def copies(results: str, game_id: str, day: dt.date, iam_role: str) -> Iterator[str]:
    """The statements that fill them from a bucket. Raises `BatchError` for what Redshift could not copy."""
    if not results.startswith("s3://"):
        raise BatchError(f"Redshift copies from s3://bucket/path, and the results are at {results}.")
    if not IAM_ROLE.fullmatch(iam_role):
        raise BatchError("Expected the role that Redshift reads with: arn:aws:iam::123456789012:role/NAME, or default.")
    who = "IAM_ROLE default" if iam_role == "default" else f"IAM_ROLE '{iam_role}'"
    for fact in TABLES:
        at = f"{results.rstrip('/')}/{result_path('facts', fact, game_id, day)}"
        yield with_values(f"COPY stage_{fact} FROM $at", {"at": at}) + f"\n{who}\nFORMAT AS PARQUET"


def merges(game_id: str, day: dt.date, now: dt.datetime) -> Iterator[str]:
    """The statements that put what was copied in place of what is there of the day."""
    loaded_at = now.astimezone(dt.UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    bound: dict[str, object] = {"game": game_id, "day": day.isoformat(), "now": loaded_at}
    for text in (*DIMENSIONS, MOVED_PLAYERS):
        yield with_values(text.strip(), bound)
    for fact, table in TABLES.items():
        of_day = f"DELETE FROM playtrace.{table} WHERE game_id = $game AND day = CAST($day AS DATE)"
        yield with_values(of_day, bound)
        columns = ", ".join(f'"{name}"' for name in FACTS[fact].schema.names)
        yield f"INSERT INTO playtrace.{table} ({columns}) SELECT {columns} FROM stage_{fact}"
    for text in LOADED:
        yield with_values(text.strip(), bound)


def days_of(report: bytes) -> list[tuple[str, dt.date]]:
    """The days of games of which a run wrote all facts, by its report, in order. Raises `BatchError`."""
    try:
        results = msgspec.json.decode(report, type=Report).results
    except msgspec.DecodeError as error:
        raise BatchError(f"The report of the last run cannot be read: {error}") from error
    written: defaultdict[tuple[str, dt.date], set[str]] = defaultdict(set)
    for result in results:
        if result.kind == "facts" and result.error is None:
            written[result.game_id, result.day].add(result.name)
    return sorted(day for day, facts in written.items() if TABLES.keys() <= facts)


def load(results: str, game_id: str, day: dt.date, iam_role: str, now: dt.datetime) -> Iterator[str]:
    """All of one day, as one transaction."""
    yield "BEGIN"
    yield from stages()
    yield from copies(results, game_id, day, iam_role)
    yield from merges(game_id, day, now)
    yield from (f"DROP TABLE stage_{fact}" for fact in TABLES)
    yield "COMMIT"


def queries() -> dict[str, tuple[str, str]]:
    """Questions to the lake for Athena, by name: what each is, and its SQL."""
    found: dict[str, tuple[str, str]] = {}
    for file in sorted((files("playtrace.batch.warehouse") / "athena").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".sql"):
            title, _, text = file.read_text("utf-8").partition("\n")
            found[file.name.removesuffix(".sql")] = title.removeprefix("--").strip(), text.strip()
    return found
