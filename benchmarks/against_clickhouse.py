# /// script
# requires-python = ">=3.11"
# dependencies = ["chdb==4.4.0", "playtrace"]
#
# [tool.uv.sources]
# playtrace = { path = "..", editable = true }
# ///
"""Every metric against the same question in ClickHouse's SQL, over the same events, on the same machine.

    uv run benchmarks/against_clickhouse.py --data DIR

The events of a store (as `playtrace bench query --data DIR` makes one; without `--data` one is filled) are copied once
into a table of a ClickHouse inside this process (`chdb`, which nothing else of playtrace needs).
`clickhouse/events.sql` is that table, laid out for such questions, and `clickhouse/METRIC.sql` is each question as a
user of it writes it on raw events. Both are asked about the same 30 days, with the metric's default parameters, in
turn.

First the answers are compared: every column of a query is the field of that name in our answer, and has to be equal in
every row, unless the file says why it is not. Where one differs without a word, nothing is measured.

Both are asked cold in the same way: the store is opened anew for each question, and ClickHouse's caches are dropped;
the operating system has both files in memory. Both have the same number of threads. What opening and dropping take is
in no figure. Of ClickHouse the time ends with the bytes of its result, of playtrace with the whole answer: periods
before, totals and intervals are in ours, and mostly left out of the queries.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from chdb._exceptions import ChdbError
from chdb.session import Session

from playtrace.bench.month import DAYS, GAME, ask_cold, asked_of, count, fill, last_moment, opened
from playtrace.config import Settings
from playtrace.metrics.frame.metric import metrics

FOLDER = Path(__file__).parent / "clickhouse"
LAYOUT = FOLDER / "events.sql"


@dataclass
class Statement:
    """One statement of a query, and which part of our answer its rows are."""

    sql: str
    rows_of: str
    """The path of an object or a list in the answer, such as `current`, `days` or `groups[:3]`; `.` is all of it."""
    differs: dict[str, str]
    """Columns that are known not to be equal, and why."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="Folder with a store. Default: one is filled for the time being.")
    parser.add_argument("--events", type=int, default=1_000_000, help="How many, where a store is filled.")
    parser.add_argument("--clickhouse", type=Path, help="Folder that keeps ClickHouse's copy for the next time.")
    parser.add_argument("--threads", type=int, default=2, help="Of either engine.")
    parser.add_argument("--repeats", type=int, default=7, help="How often each question is asked.")
    parser.add_argument("--metric", action="append", help="Only this one; may be given several times.")
    parser.add_argument("--check", action="store_true", help="Compare the answers, and measure nothing.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="playtrace-clickhouse-", ignore_cleanup_errors=True) as temporary:
        data = options.data or Path(temporary) / "data"
        store = {"threads": options.threads}
        settings = Settings.read(data=data, late_days_max=400, dedup_days=60, store=store)
        if not settings.store_path.exists():
            fill(settings, options.events)
        clickhouse = ClickHouse(options.clickhouse or Path(temporary) / "clickhouse", options.threads)
        try:
            clickhouse.copy_from(settings)
            result = compared(settings, clickhouse, options.metric or list(metrics()), options.repeats, options.check)
        finally:
            clickhouse.close()
    print(json.dumps(result, indent=2) if options.json else table(result))


def compared(
    settings: Settings, clickhouse: ClickHouse, names: list[str], repeats: int, check_only: bool
) -> dict[str, Any]:
    """Compare, then measure in turn. Ends the program where an answer is not the same."""
    with opened(settings) as store:
        events, end = count(store), last_moment(store)
        answers = {name: answer_of(name, store, end) for name in names}
    queries = {name: read_query(FOLDER / f"{name}.sql") for name in names}
    clickhouse.set_parameters(end)
    wrong: list[str] = []
    for name, statements in queries.items():
        for statement in statements:
            try:
                rows = clickhouse.rows(statement.sql)
                wrong += [f"{name}: {difference}" for difference in differences(statement, answers[name], rows)]
            except (ChdbError, LookupError) as error:
                wrong.append(f"{name}: {error!r}")
    if wrong:
        sys.exit("\n".join(["Not the same answers:", *wrong]))
    figures: dict[str, Any] = {}
    for name, statements in queries.items() if not check_only else ():
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(repeats):
            ours.append(ask_cold(settings, name, end, "auto"))
            theirs.append(clickhouse.ask_cold(statements))
        mine, other = float(np.median(ours)), float(np.median(theirs))
        figures[name] = {"playtrace_ms": mine, "clickhouse_ms": other, "clickhouse_vs_playtrace": other / mine}
    return {
        "events": events,
        "days": DAYS,
        "repeats": repeats,
        "clickhouse": clickhouse.version(),
        "duckdb": duckdb.__version__,
        "python": sys.version.split()[0],
        "ahead": sum(figure["clickhouse_vs_playtrace"] > 1 for figure in figures.values()),
        "metrics": figures,
    }


def answer_of(name: str, store: Any, end: dt.datetime) -> dict[str, Any]:
    metric = metrics()[name]
    parameters = metric.parameters.model_validate(asked_of(name, end, "auto", DAYS))
    return metric.answer(parameters, store, now=end).model_dump(mode="json", by_alias=True)


def table(result: dict[str, Any]) -> str:
    if not result["metrics"]:
        return "The answers are the same."
    lines = [
        "| metric | playtrace, ms | ClickHouse, ms | ClickHouse / playtrace | ahead |",
        "|---|--:|--:|--:|---|",
    ]
    for name, figure in result["metrics"].items():
        ratio = figure["clickhouse_vs_playtrace"]
        ahead = "playtrace" if ratio > 1 else "ClickHouse"
        lines.append(
            f"| `{name}` | {figure['playtrace_ms']:.0f} | {figure['clickhouse_ms']:.0f} | {ratio:.2f} | {ahead} |"
        )
    about = (
        f"{result['events']:,} events, medians of {result['repeats']}; ClickHouse {result['clickhouse']},"
        f" DuckDB {result['duckdb']}, Python {result['python']}."
    )
    return "\n".join([about, "", *lines, "", f"playtrace is ahead on {result['ahead']} of {len(result['metrics'])}."])


# --- ClickHouse ---


class ClickHouse:
    """The engine in this process, with the one table `events`."""

    def __init__(self, folder: Path, threads: int) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.session = Session(str(folder))
        for sql in (
            "CREATE DATABASE IF NOT EXISTS bench",
            "USE bench",
            f"SET max_threads = {threads}, use_query_cache = 0, date_time_output_format = 'iso',"
            " output_format_json_quote_64bit_integers = 0, session_timezone = 'UTC'",
        ):
            self.session.query(sql)

    def close(self) -> None:
        self.session.close()

    def version(self) -> str:
        return self.rows("SELECT version() AS version")[0]["version"]

    def copy_from(self, settings: Settings) -> None:
        """All events of a store, unless they are there; then merged into as few parts as they can be."""
        if self.rows("SELECT count() AS tables FROM system.tables WHERE database = 'bench'")[0]["tables"]:
            return
        exported = self.folder.parent / f"{self.folder.name}-events.parquet"
        export(settings, exported)
        self.session.query(LAYOUT.read_text("utf-8"))
        columns = [row["name"] for row in self.rows("DESCRIBE TABLE events")]
        self.session.query(f"INSERT INTO events SELECT {', '.join(columns)} FROM file('{exported}', 'Parquet')")
        self.session.query("OPTIMIZE TABLE events FINAL")
        exported.unlink()

    def set_parameters(self, end: dt.datetime) -> None:
        first = end.date() - dt.timedelta(days=DAYS - 1)
        given = {
            "game": GAME,
            "env": "prod",
            "from": f"{first} 00:00:00",
            "to": f"{end.date() + dt.timedelta(days=1)} 00:00:00",
            "now": f"{end:%Y-%m-%d %H:%M:%S.%f}"[:-3],
        }
        for name, value in given.items():
            self.session.query(f"SET param_{name} = '{value}'")

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in str(self.session.query(sql, "JSONEachRow")).splitlines() if line]

    def ask_cold(self, statements: list[Statement]) -> float:
        """Milliseconds until the bytes of all results are here."""
        for cache in ("MARK", "UNCOMPRESSED", "QUERY", "QUERY CONDITION"):
            self.session.query(f"SYSTEM DROP {cache} CACHE")
        began = time.perf_counter()
        for statement in statements:
            self.session.query(statement.sql, "JSONEachRow")
        return (time.perf_counter() - began) * 1000


def export(settings: Settings, path: Path) -> None:
    """Write the events to a file, with nothing where there is null: what the columns of the table take."""
    connection = duckdb.connect(settings.store_path, read_only=True)
    try:
        connection.execute(f"SET threads = {settings.store.threads}")
        connection.execute(f"""
            COPY (
                SELECT * EXCLUDE (props) REPLACE (
                    coalesce(seq, 0) AS seq, coalesce(mono_ms, 0) AS mono_ms, coalesce(player_id, '') AS player_id,
                    coalesce(session_id, '') AS session_id, coalesce(device_id, '') AS device_id,
                    coalesce(platform, '') AS platform, coalesce(os, '') AS os, coalesce(version, '') AS version,
                    coalesce(build, '') AS build, coalesce(country, '') AS country, coalesce(region, '') AS region,
                    coalesce(severity, '') AS severity, coalesce(source, '') AS source,
                    coalesce(match_id, '') AS match_id, coalesce(level, '') AS level, coalesce(map_id, '') AS map_id,
                    coalesce(currency, '') AS currency
                ), coalesce(props::JSON::VARCHAR, '{{}}') AS props
                FROM events
            ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
        """)
    finally:
        connection.close()


# --- queries ---


def read_query(path: Path) -> list[Statement]:
    """The statements of a file. Comments say what their rows are, and which columns differ.

    `-- rows of: days`, and for a column that is not equal `-- differs: peakAt: why it is not`. Columns whose names end
    with `_` are what others are made of, or parts of the question that are not compared.
    """
    return [read_statement(text) for text in re.split(r";\s*\n", path.read_text("utf-8")) if text.strip()]


def read_statement(text: str) -> Statement:
    comments = re.sub(r"\n-- {3,}", " ", text)  # a comment goes on where the next line is indented
    rows_of = re.search(r"^-- rows of: (\S+)$", comments, re.MULTILINE)
    if rows_of is None:
        raise ValueError(f"No `-- rows of:` in {text[:80]!r}")
    differs = re.findall(r"^-- differs: (\S+): (.+)$", comments, re.MULTILINE)
    return Statement(text, rows_of[1], dict(differs))


def differences(statement: Statement, answer: dict[str, Any], rows: list[dict[str, Any]]) -> list[str]:
    """What is not equal though nothing says that it may be."""
    path, first, last = re.fullmatch(r"([^\[]+)(?:\[(\d*):(\d*)\])?", statement.rows_of).groups()
    found = at(answer, path)
    ours = found[int(first or 0) : int(last) if last else None] if isinstance(found, list) else [found]
    if len(ours) != len(rows):
        return [f"{statement.rows_of}: {len(ours)} rows of ours, {len(rows)} of theirs"]
    columns = [name for name in rows[0] if name not in statement.differs and not name.endswith("_")] if rows else []
    return [
        f"{statement.rows_of}[{number}].{column}: ours {at(mine, column)!r}, theirs {other[column]!r}"
        for column in columns
        for number, (mine, other) in enumerate(zip(ours, rows, strict=True))
        if not equal(at(mine, column), other[column])
    ]


def at(value: Any, path: str) -> Any:
    """What lies at a path such as `cells.retained`: of a list, that of each."""
    if path == ".":
        return value
    for step in path.split("."):
        value = [item[step] for item in value] if isinstance(value, list) else value[step]
    return value


def equal(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(equal, ours, theirs))
    if isinstance(ours, float) and theirs is not None:
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(ours, str) and re.match(r"\d{4}-\d\d-\d\dT", ours):
        return dt.datetime.fromisoformat(ours) == dt.datetime.fromisoformat(theirs)
    return ours == theirs


if __name__ == "__main__":
    main()
