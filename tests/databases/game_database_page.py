"""Parts of docs/game-database.md that are read from the catalogue of a database, and the diagram beside it.

`uv run python tests/docs/generated_pages.py` makes them anew where PostgreSQL is installed and the SQL files are others
than those that the page was made from. In the page they stand between `<!-- made from the catalogue: NAME -->` and
`<!-- end -->`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from databases.postgresql import programs, throw_away_postgresql
from playtrace.mirrors.postgresql import install as installing
from playtrace.mirrors.postgresql.diagram import drawn, tables_of
from playtrace.mirrors.postgresql.install import included, install

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "game-database.md"
DIAGRAM = ROOT / "docs" / "images" / "game-database.svg"
BLOCK = re.compile(r"(<!-- made from the catalogue: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

Connection = psycopg.Connection[Any]

# Of those whose comment has none.
EXAMPLES = {
    "game_api.ingest_events": """SELECT * FROM game_api.ingest_events('[
    {"game_id": "arena", "event_id": "3f0c5a52-9d7b-4c6e-8f1a-2b3c4d5e6f70", "name": "level_complete",
     "time": "2026-03-31T12:00:00Z", "player_id": "p-17", "level": "level_07", "props": {"duration_s": 71.5}}
]');""",
    "game_api.ingest_set_aside": """SELECT game_api.ingest_set_aside('[
    {"game_id": "arena", "received_at": "2026-03-31T12:00:00Z", "outcome": "refused", "reason": "invalid",
     "error": "x: expected a number or null, got text.", "body": "{}", "journal_offset": 4711, "position": 0}
]', '6f0d7c1e-6d3c-5b7b-9d0a-7e4b1a1f2c55');""",
    "game_api.place_mirror": "SELECT game_api.place_mirror('warehouse', '6f0d7c1e-6d3c-5b7b-9d0a-7e4b1a1f2c55', 4700);",
    "report.refresh": "CALL report.refresh();",
    "warehouse.load": "CALL warehouse.load(everything => true);",
}
CALLED = """
SELECT n.nspname || '.' || p.proname, coalesce(obj_description(p.oid, 'pg_proc'), ''),
    pg_get_function_arguments(p.oid)
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = 'game_api' OR (n.nspname IN ('report', 'warehouse') AND p.prokind = 'p')
ORDER BY 1
"""
RELATIONS = """
SELECT c.relname, c.relkind, coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND c.relname !~ '\\d{4}_\\d{2}$'
    AND (n.nspname = 'game' OR has_table_privilege('playtrace_reader', c.oid, 'SELECT'))
ORDER BY c.relname
"""


def examples(connection: Connection) -> dict[str, str]:
    """A statement for each procedure, by its name."""
    found = {name: comment.partition("Example: ")[2] for name, comment, _ in connection.execute(CALLED).fetchall()}
    return {name: example or EXAMPLES.get(name, "") for name, example in found.items()}


def procedures(connection: Connection) -> str:
    said = examples(connection)
    parts: list[str] = []
    for name, comment, arguments in connection.execute(CALLED).fetchall():
        listed = re.sub(r" DEFAULT [^,()]*(?:\([^)]*\))?[^,]*", " = …", arguments)
        for long, short in (("timestamp with time zone", "timestamptz"), ("double precision", "double")):
            listed = listed.replace(long, short)
        text = comment.partition("Example: ")[0].strip()
        parts.append(f"### `{name}`\n\n{text}\n\nArguments: `{listed or 'none'}`\n\n```sql\n{said[name]}\n```")
    return "\n\n".join(parts)


def _listed(connection: Connection, schema: str) -> str:
    lines = ["| name | what it has |", "|---|---|"]
    for name, kind, comment in connection.execute(RELATIONS, [schema]).fetchall():
        stored = " (materialised)" if kind == "m" else " (partitioned by month)" if kind == "p" else ""
        lines.append(f"| `{schema}.{name}`{stored} | {comment.replace('|', '/')} |")
    return "\n".join(lines)


BLOCKS: dict[str, Callable[[Connection], str]] = {
    "tables": lambda connection: _listed(connection, "game"),
    "procedures": procedures,
    "views": lambda connection: _listed(connection, "report"),
    "warehouse": lambda connection: _listed(connection, "warehouse"),
    "files": lambda _: f"<!-- {digest()} -->",
}


def digest() -> str:
    """Tells the SQL files from others."""
    folder = Path(installing.__file__).parent
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in included())).hexdigest()[:16]


def filled(text: str, connection: Connection) -> str:
    """The page as the catalogue has it now."""
    return BLOCK.sub(lambda block: f"{block[1]}\n{BLOCKS[block[2]](connection).strip()}\n\n{block[4]}", text)


def diagram(connection: Connection) -> str:
    return drawn(tables_of(connection))


def write_anew() -> None:
    """Where the SQL files have changed, and there is a PostgreSQL to ask."""
    if programs() is None or f"<!-- {digest()} -->" in PAGE.read_text("utf-8"):
        return
    with throw_away_postgresql() as server, psycopg.connect(server.url(), autocommit=True) as connection:
        install(connection)
        for path, text in ((PAGE, filled(PAGE.read_text("utf-8"), connection)), (DIAGRAM, diagram(connection))):
            path.write_text(text, "utf-8", newline="\n")
            print(f"wrote {path.relative_to(ROOT)}")
