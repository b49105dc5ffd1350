"""What the rules of the engines share: walking a statement, and the shapes that they look for."""

from __future__ import annotations

from collections.abc import Callable

import sqlglot
from sqlglot import exp

Rule = Callable[[exp.Expr], exp.Expr]


def translated(sql: str, engine: str, *rules: Rule) -> str:
    """One statement in the dialect of another engine, laid out to be read."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    for rule in rules:
        tree = _from_below(tree, rule)
    return tree.sql(dialect=engine, pretty=True)


def _from_below(node: exp.Expr, rule: Rule) -> exp.Expr:
    """What a rule puts in a node's place is made of parts that were translated already."""
    for part in list(node.iter_expressions()):
        better = _from_below(part, rule)
        if better is not part:
            part.replace(better)
    return rule(node)


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def name_of(node: exp.Expr) -> str:
    """Of a function that sqlglot does not know, in small letters; else empty."""
    return node.name.lower() if isinstance(node, exp.Anonymous) else ""


def property_keys(node: exp.Expr) -> list[exp.Expr] | None:
    """`props.a` and `variant_extract(variant_extract(props, 'a'), $b)` as a list of keys: literals, or values that are
    bound."""
    if name_of(node) == "variant_extract":
        above = property_keys(node.expressions[0])
        return [*(above or []), node.expressions[1]]
    if isinstance(node, exp.Column | exp.Dot) and node.sql().startswith("props."):
        return [exp.Literal.string(key) for key in node.sql().split(".")[1:]]
    return None


def property_path(node: exp.Expr) -> list[str] | None:
    """The same where all of them are written out."""
    keys = property_keys(node)
    return None if keys is None else [key.name for key in keys]


def listed(node: exp.Expr) -> tuple[list[str], list[exp.Expr]] | None:
    """Names and lists of `SELECT unnest(a) AS x, unnest(b) AS y`, which is a small table."""
    if not isinstance(node, exp.Select) or not node.expressions or node.args.get("from_"):
        return None
    columns = [column for column in node.expressions if isinstance(column, exp.Alias)]
    if len(columns) != len(node.expressions) or not all(
        isinstance(column.this, exp.Explode | exp.Unnest) for column in columns
    ):
        return None
    lists = [
        column.this.this if isinstance(column.this, exp.Explode) else column.this.expressions[0] for column in columns
    ]
    return [column.alias for column in columns], lists


def interval_us(node: exp.Expr) -> int | None:
    """Microseconds of `to_microseconds(n)`, as values are bound; None of anything else."""
    return int(node.expressions[0].name) if name_of(node) == "to_microseconds" else None


def is_interval_already(node: exp.Expr) -> bool:
    """A bound value is given its type again in our texts."""
    return isinstance(node, exp.Cast) and node.to.is_type("INTERVAL")


def is_huge(node: exp.Expr) -> bool:
    return isinstance(node, exp.DataType) and node.this == exp.DataType.Type.INT128
