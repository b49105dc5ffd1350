"""Draws the tables of the game database as they are in a live catalogue: an ER diagram as SVG.

A table stands one column to the right of the furthest table that it refers to, so that all lines lead to the left. The
game itself is referred to by nearly all: that is said in words, and not drawn. Columns of a table that no foreign key
has, and that are named as the key of another, are drawn with dashes: triggers see to them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from html import escape

from playtrace.mirrors.postgresql.connecting import Connection

GAME = "game"
ROW_HEIGHT = 15
HEAD_HEIGHT = 22
TABLE_WIDTH = 252
COLUMN_GAP = 74
TABLE_GAP = 18
MARGIN = 20
NAME_LENGTH_MAX = 24
COLUMNS_OF_TABLES_MAX = 5
COLOURS = ("#1f6f8b", "#b4532a", "#4b7f2f", "#7a4fa3", "#a8841a", "#a33b5e", "#3d5a98", "#5c6b73")
STYLE = """text { font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1b2530 }
.head { font-weight: bold; fill: #ffffff } .key { font-weight: bold } .type { fill: #6b7785 }
.table { fill: #ffffff; stroke: #9aa7b4 } .line { fill: none; stroke-width: 1.2; opacity: 0.75 }"""

TABLES = """
SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'game' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname !~ '^game_event_\\d{4}_\\d{2}$'
ORDER BY c.relname
"""
COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL), a.attnotnull,
    coalesce(a.attnum = ANY (key.conkey), false)
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint AS key ON key.conrelid = c.oid AND key.contype = 'p'
WHERE n.nspname = 'game' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
# Of a key of two columns the second says which row it is; the first is the game.
REFERENCES = """
SELECT c.relname, a.attname, target.relname
FROM pg_catalog.pg_constraint AS reference
JOIN pg_catalog.pg_class AS c ON c.oid = reference.conrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class AS target ON target.oid = reference.confrelid
JOIN pg_catalog.pg_attribute AS a
    ON a.attrelid = c.oid AND a.attnum = reference.conkey[cardinality(reference.conkey)]
WHERE n.nspname = 'game' AND reference.contype = 'f' AND NOT c.relispartition AND reference.conparentid = 0
ORDER BY c.relname, a.attname, target.relname
"""


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    is_required: bool
    is_key: bool


@dataclass(frozen=True)
class Table:
    name: str
    comment: str
    columns: list[Column]
    refers_to: dict[str, str]
    """By column, the table."""
    by_name: frozenset[str]
    """Those of these columns of which no foreign key knows."""

    @property
    def height(self) -> int:
        return HEAD_HEIGHT + ROW_HEIGHT * len(self.columns) + 6


def tables_of(connection: Connection) -> list[Table]:
    """The tables of the schema `game`, by name. Raises `psycopg.Error`."""
    columns: dict[str, list[Column]] = defaultdict(list)
    for table, name, type_, is_required, is_key in connection.execute(COLUMNS).fetchall():
        columns[table].append(Column(name, _short(type_), is_required, is_key))
    refers_to: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, target in connection.execute(REFERENCES).fetchall():
        refers_to[table].setdefault(column, target)
    tables: list[Table] = []
    for name, comment in connection.execute(TABLES).fetchall():
        named = {
            column.name: target
            for column in columns[name]
            if (target := column.name.removesuffix("_id")) in columns and target not in (name, column.name)
        }
        by_name = frozenset(named.keys() - refers_to[name].keys())
        tables.append(Table(name, comment, columns[name], named | refers_to[name], by_name))
    return tables


def drawn(tables: list[Table]) -> str:
    """The diagram as SVG."""
    places = _places(tables)
    width = max(x for x, _ in places.values()) + TABLE_WIDTH + MARGIN
    height = max(places[table.name][1] + table.height for table in tables) + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        "<title>Tables of the game database</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#f6f8fa"/>',
    ]
    colours = {table.name: COLOURS[number % len(COLOURS)] for number, table in enumerate(tables)}
    for table in tables:
        for number, column in enumerate(table.columns):
            target = table.refers_to.get(column.name)
            if target is not None and target != GAME:
                lines.append(
                    _line(places[table.name], number, places[target], colours[target], column.name in table.by_name)
                )
    for table in tables:
        lines += _box(table, places[table.name], colours[table.name])
    return "\n".join([*lines, "</svg>", ""])


def _places(tables: list[Table]) -> dict[str, tuple[int, int]]:
    """Left upper corners. Tables that refer to nothing, and are referred to by none, stand below the others."""
    by_name = {table.name: table for table in tables}
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = 0
            targets = set(by_name[name].refers_to.values()) - {name, GAME}
            depths[name] = min(COLUMNS_OF_TABLES_MAX - 1, 1 + max((depth(target) for target in targets), default=-1))
        return depths[name]

    targets = {target for table in tables for target in table.refers_to.values()}
    alone = [table for table in tables if not table.refers_to and table.name not in targets]
    columns: dict[int, list[Table]] = defaultdict(list)
    for table in tables:
        if table not in alone:
            columns[depth(table.name)].append(table)
    ends = dict.fromkeys(range(1 + max(columns, default=0)), MARGIN)
    places: dict[str, tuple[int, int]] = {}

    def put(table: Table, column: int) -> None:
        places[table.name] = (MARGIN + column * (TABLE_WIDTH + COLUMN_GAP), ends[column])
        ends[column] += table.height + TABLE_GAP

    for column, standing in sorted(columns.items()):
        for table in standing:
            put(table, column)
    for table in sorted(alone, key=lambda table: (-table.height, table.name)):
        put(table, min(ends, key=lambda column: (ends[column], column)))
    return places


def _box(table: Table, place: tuple[int, int], colour: str) -> list[str]:
    x, y = place
    lines = [
        f"<g><title>{escape(table.comment)}</title>",
        f'<rect class="table" x="{x}" y="{y}" width="{TABLE_WIDTH}" height="{table.height}" rx="4"/>',
        f'<rect x="{x}" y="{y}" width="{TABLE_WIDTH}" height="{HEAD_HEIGHT}" rx="4" fill="{colour}"/>',
        f'<text class="head" x="{x + 8}" y="{y + 15}">{escape(table.name)}</text>',
    ]
    for number, column in enumerate(table.columns):
        baseline = y + HEAD_HEIGHT + ROW_HEIGHT * number + 13
        name = column.name if len(column.name) <= NAME_LENGTH_MAX else column.name[: NAME_LENGTH_MAX - 1] + "…"
        target = table.refers_to.get(column.name)
        said = f"→ {target}" if target == GAME else column.type + ("" if column.is_required else " ?")
        kind = ' class="key"' if column.is_key else ""
        lines.append(f'<text{kind} x="{x + 8}" y="{baseline}">{escape(name)}</text>')
        lines.append(
            f'<text class="type" x="{x + TABLE_WIDTH - 8}" y="{baseline}" text-anchor="end">{escape(said)}</text>'
        )
    return [*lines, "</g>"]


def _line(place: tuple[int, int], row: int, target: tuple[int, int], colour: str, is_dashed: bool) -> str:
    """From the left side of a column's row to the right side of a table's head; to itself and its like, around."""
    x, y = place[0], place[1] + HEAD_HEIGHT + ROW_HEIGHT * row + 9
    end_x, end_y = target[0] + TABLE_WIDTH, target[1] + HEAD_HEIGHT // 2
    bend = (x + end_x) // 2
    if end_x > x:
        bend = x - COLUMN_GAP // 3
        end_x = target[0]
    dashes = ' stroke-dasharray="4 3"' if is_dashed else ""
    path = f"M{x} {y} C{bend} {y} {bend} {end_y} {end_x} {end_y}"
    return f'<path class="line" stroke="{colour}"{dashes} d="{path}"/>'


def _short(type_: str) -> str:
    return type_.replace("timestamp with time zone", "timestamptz").replace("double precision", "double")
