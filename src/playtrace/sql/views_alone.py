"""Whether a statement reads the views and nothing else: for readers who may not read the whole store.

A database has no rights of its own, so the statement is looked at before it runs: as the tree that DuckDB's own parser
makes of it. What is not known to be harmless is refused, so what a newer DuckDB adds is refused too. The second wall is
in `views.py`: what the views have is cut to the game before anything sees it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, LiteralString, cast

from playtrace.sql.views import NAMES
from playtrace.store.duckdb import Reader
from playtrace.store.errors import QueryRefused

QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
SOURCES = frozenset(
    {"EMPTY", "BASE_TABLE", "SUBQUERY", "JOIN", "EXPRESSION_LIST", "PIVOT", "TABLE_FUNCTION", "SHOW_REF"}
)
TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
FUNCTIONS_REFUSED = frozenset(
    {
        "stats",  # what is known of a whole column: its smallest and its largest value, of all games
        "getvariable",
        "current_setting",
        "nextval",
        "currval",
        "write_log",
        "getenv",
    }
)
FUNCTIONS_REFUSED_BEGIN = ("pg_", "duckdb_", "pragma_", "json_serialize", "json_deserialize", "json_execute")
"""They tell of what is stored, not of what is asked."""
TREE: LiteralString = "SELECT json_serialize_sql($sql::VARCHAR)::VARCHAR AS tree"
RELATIONS: LiteralString = "SELECT table_name AS name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views()"
MAY_NAME = "Your token may read " + ", ".join(sorted(NAMES)) + " and what the statement itself makes of them"


def require_views_alone(reader: Reader, sql: str) -> None:
    """Raises `QueryRefused` for a statement that names anything but the views, before they are made."""
    try:
        tree: dict[str, Any] = json.loads(reader.rows(TREE, {"sql": sql})[0]["tree"])
    except RecursionError as error:
        raise QueryRefused("The statement is nested too deep.") from error
    if tree.get("error", True):
        raise QueryRefused("Your token may run one SELECT, DESCRIBE, SUMMARIZE or SHOW TABLES, and nothing else.")
    nodes = list(_nodes(tree["statements"]))
    taken = {row["name"].lower() for row in reader.rows(RELATIONS)} - NAMES
    own = _names_of_its_own(nodes, taken)
    for node in nodes:
        _check(node, NAMES | own)


def _names_of_its_own(nodes: list[dict[str, Any]], taken: set[str]) -> frozenset[str]:
    """Those of its WITH clauses. Where one is known and where not is not looked at: so none may be a table's name."""
    names: set[str] = set()
    for node in nodes:
        found = [str(entry["key"]).lower() for entry in node["cte_map"]["map"]] if "cte_map" in node else []
        if "cte_name" in node:
            found.append(str(node["cte_name"]).lower())
        for name in found:
            if name in taken:
                raise QueryRefused(f"WITH {name}: that is a table's name. Call it something else.")
            names.add(name)
    return frozenset(names)


def _check(node: dict[str, Any], known: frozenset[str]) -> None:
    kind = node.get("type")
    if "cte_map" in node and kind not in QUERIES:
        raise QueryRefused(f"Your token may only ask: {kind} is no question.")
    if "sample" in node and "cte_map" not in node and kind not in SOURCES:
        raise QueryRefused(f"Your token may not read from {kind}.")
    if kind == "BASE_TABLE":
        _check_name(_path(node), known)
    elif kind == "TABLE_FUNCTION":
        function = node["function"]
        if function.get("class") != "FUNCTION" or _path(function) not in [[name] for name in TABLE_FUNCTIONS]:
            raise QueryRefused(f"{'.'.join(_path(function))}() is not for your token. {MAY_NAME}.")
    elif kind == "SHOW_REF" and node.get("query") is None and _path(node) != ['"tables"']:
        raise QueryRefused(f"Of what SHOW tells, your token may have SHOW TABLES. {MAY_NAME}.")
    elif "function_name" in node:
        name = str(node["function_name"]).lower()
        if name in FUNCTIONS_REFUSED or name.startswith(FUNCTIONS_REFUSED_BEGIN):
            raise QueryRefused(f"{name}() is not for your token: it may tell of other games.")


def _check_name(path: list[str], known: frozenset[str]) -> None:
    if len(path) != 1 or path[0] not in known:
        raise QueryRefused(f"{'.'.join(path)} is not for your token. {MAY_NAME}.")


def _path(node: dict[str, Any]) -> list[str]:
    return [str(part).lower() for part in node["qualified_name"]["path"]]


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    """Every object of the tree. Not recursive: the statement says how deep it is."""
    waiting = [tree]
    while waiting:
        match waiting.pop():
            case dict() as node:
                yield cast("dict[str, Any]", node)
                waiting += cast("dict[str, object]", node).values()
            case list() as items:
                waiting += cast("list[object]", items)
            case _:
                pass
