"""Spark: properties are JSON text; lists side by side are one list of rows; a database is the beginning of a name.

Times are TIMESTAMP_NTZ: Spark's own TIMESTAMP is one of a time zone. Understood by Spark 3.5 and later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import UnsupportedError

from playtrace.store.columns import COLUMNS
from playtrace.store.dialects.rules import (
    call,
    interval_us,
    is_huge,
    is_interval_already,
    listed,
    name_of,
    property_path,
    translated,
)

NOT_THERE = {"json_structure", "json_each"}
"""Functions that look into properties whose names are not known, as nothing there does in the same way."""
TABLES = "main_"
"""What stands before the names of our tables: a part of a statement may have the name of the table that it reads."""

# Java reads more as a number than anybody else does: `1d` and `0x1p3`.
JAVA_ALONE = "[0-9.][dDfFxXpP]"


def to_spark(sql: str, types: Mapping[str, str | None] | None = None) -> str:
    """The same statement for Spark. `types` says of which type the value of each `$name` is there: None for one that is
    what it is bound as.

    Raises `sqlglot.errors.SqlglotError` for what cannot be said there.
    """
    unknown = NOT_THERE.intersection(re.findall(r"\w+", sql))
    if unknown:
        raise UnsupportedError(f"there is no {', '.join(sorted(unknown))}")

    def typed(node: exp.Expr) -> exp.Expr:
        return _typed(node, types or {})

    return translated(sql, "spark", _placed, _small_table, _replaced, typed, _rule)


def _sql(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, read="spark")


def _placed(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Table) and (node.db == "main" or (not node.db and not _is_named_here(node))):
        alias = node.args.get("alias")
        return exp.Table(this=exp.to_identifier(TABLES + node.name), alias=alias)
    return node


def _is_named_here(table: exp.Table) -> bool:
    """Whether a part of the same statement has that name."""
    return table.name in {part.alias for part in table.root().find_all(exp.CTE)}


def _small_table(node: exp.Expr) -> exp.Expr:
    found = listed(node)
    if found is None:
        return node
    names, lists = found
    zipped = exp.Anonymous(this="arrays_zip", expressions=lists)
    row = exp.select(exp.Anonymous(this="inline", expressions=[zipped]))
    alias = exp.TableAlias(this=exp.to_identifier("listed"), columns=[exp.to_identifier(name) for name in names])
    return exp.select("*").from_(exp.Subquery(this=row, alias=alias))


def _replaced(node: exp.Expr) -> exp.Expr:
    """`event.* REPLACE (…)`: only of events are columns replaced."""
    if not isinstance(node, exp.Select):
        return node
    columns: list[exp.Expr] = []
    for column in node.expressions:
        star = column.this if isinstance(column, exp.Column) else None
        if isinstance(star, exp.Star) and (replaced := star.args.get("replace")):
            better = {one.alias: one for one in replaced}
            columns += [better.get(name) or exp.column(name, table=column.table) for name in COLUMNS]
        else:
            columns.append(column)
    node.set("expressions", columns)
    return node


def _typed(node: exp.Expr, types: Mapping[str, str | None]) -> exp.Expr:
    """A value that is bound as text: there its type is said in its place."""
    if not isinstance(node, exp.Placeholder) or (type_ := types.get(node.name)) is None:
        return node
    if isinstance(node.parent, exp.Limit | exp.Offset):
        return node  # as it is bound: there it must be a small one
    if type_ == "INTERVAL":
        return _interval(exp.cast(node.copy(), exp.DataType.build("DECIMAL(18, 0)", dialect="spark")), 1_000_000)
    if type_.startswith("ARRAY"):
        of_text = "ARRAY<STRING>" if "TIMESTAMP" in type_ or "DATE" in type_ else type_
        list_ = call("from_json", node.copy(), exp.Literal.string(of_text))
        return list_ if of_text == type_ else exp.cast(list_, exp.DataType.build(type_, dialect="spark"))
    return exp.cast(node.copy(), exp.DataType.build(type_, dialect="spark"))


def _interval(amount: exp.Expr, in_second: int) -> exp.Expr:
    """So many parts of a second."""
    seconds = exp.Div(this=exp.Paren(this=amount), expression=exp.Literal.number(in_second))
    zero = exp.Literal.number(0)
    exact = exp.cast(seconds, exp.DataType.build("DECIMAL(18, 6)", dialect="spark"))
    return call("make_dt_interval", zero, zero.copy(), zero.copy(), exact)


def _rule(node: exp.Expr) -> exp.Expr:
    if is_interval_already(node):
        return node.this
    if (microseconds := interval_us(node)) is not None:
        return _interval(exp.Literal.number(microseconds), 1_000_000)
    if name_of(node) == "to_milliseconds":
        return _interval(node.expressions[0], 1_000)
    if isinstance(node, exp.Column | exp.Dot) or name_of(node) == "variant_extract":
        return _property(node)
    if isinstance(node, exp.Cast) and node.to.is_type("JSON") and node.this.name == "props":
        return node.this
    if isinstance(node, exp.Cast) and _is_property(node.this):
        return _cast_of_property(node)
    if name_of(node) == "variant_typeof":
        text = node.expressions[0]
        return _sql(
            "CASE WHEN json_object_keys({0}) IS NULL AND json_array_length({0}) IS NULL"
            " THEN 'VARCHAR' ELSE 'OBJECT' END".format(text.sql("spark"))
        )
    if isinstance(node, exp.ArgMin | exp.ArgMax):
        # What is null is no candidate.
        is_known = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
        key = exp.case().when(is_known, node.expression)
        return call("min_by" if isinstance(node, exp.ArgMin) else "max_by", node.this, key)
    if isinstance(node, exp.GroupConcat) and not isinstance(node.this, exp.Order):
        # Of nothing there is no text. LISTAGG is new in Spark 4.
        text = call("array_join", call("collect_list", node.this), node.args["separator"])
        return exp.case().when(exp.GT(this=exp.Count(this=node.this.copy()), expression=exp.Literal.number(0)), text)
    if isinstance(node, exp.PercentileCont | exp.Quantile):
        level: exp.Expr = node.expression or node.args["quantile"]
        return call("percentile", node.this, level)
    if isinstance(node, exp.DateDiff) and str(node.args.get("unit")).upper() == "MICROSECOND":
        return exp.Paren(this=exp.Sub(this=_epoch_us(node.this), expression=_epoch_us(node.expression)))
    if name_of(node) == "epoch_us":
        return _epoch_us(node.expressions[0])
    if isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
        return _trunc(node)
    if name_of(node) == "date_trunc":
        return _plain(node)
    if isinstance(node, exp.DateBin):
        return _time_bucket(node)
    if isinstance(node, exp.Div):
        return exp.Div(this=_double(node.this), expression=_double(node.expression))
    if is_huge(node):
        return exp.DataType.build("DECIMAL(38, 0)", dialect="spark")
    if isinstance(node, exp.CTE):
        node.set("materialized", None)  # which is no promise there
    return node


# ── times ───────────────────────────────────────────────────────────────────────────────────────────────────


def _epoch_us(time: exp.Expr) -> exp.Expr:
    # In a session whose time zone is UTC.
    return call("unix_micros", exp.cast(time, exp.DataType.build("TIMESTAMP", dialect="spark")))


def _plain(time: exp.Expr) -> exp.Expr:
    return exp.cast(time, exp.DataType.build("TIMESTAMP_NTZ", dialect="spark"))


def _trunc(node: exp.Expr) -> exp.Expr:
    unit = node.args["unit"]
    named = unit if isinstance(unit, exp.Placeholder) else exp.Literal.string(unit.name)
    return _plain(call("date_trunc", named, node.this))


def _time_bucket(node: exp.DateBin) -> exp.Expr:
    width = exp.Literal.number(int(node.this.this.name) * SECONDS[node.this.unit.name.upper()] * 1_000_000)
    begin = exp.Sub(this=_epoch_us(node.expression), expression=call("pmod", _epoch_us(node.expression), width))
    return _plain(call("timestamp_micros", begin))


SECONDS = {"MINUTE": 60, "HOUR": 3600}


# ── properties ──────────────────────────────────────────────────────────────────────────────────────────────


def _property(node: exp.Expr) -> exp.Expr:
    """The text of a property."""
    if name_of(node) == "variant_extract":
        of, key = node.expressions
        # The column is said in more words than one for DuckDB's sake (`metrics/frame/fields.py`).
        return _value(of if _is_property(of) else exp.column("props"), key)
    if isinstance(node, exp.Dot) and _is_property(node.this):
        return _value(node.this, exp.Literal.string(node.expression.name))
    keys = property_path(node)
    return node if keys is None else call("get_json_object", exp.column("props"), _path(keys))


def _value(of: exp.Expr, key: exp.Expr) -> exp.Expr:
    """What is written in our texts is a path; a name that is bound may be any."""
    if isinstance(key, exp.Literal) and re.fullmatch(r"\w+", key.name):
        return call("get_json_object", of, _path([key.name]))
    return call("element_at", call("from_json", of, exp.Literal.string("MAP<STRING, STRING>")), key)


def _path(keys: list[str]) -> exp.Expr:
    return exp.Literal.string(".".join(["$", *keys]))


def _is_property(node: exp.Expr) -> bool:
    return name_of(node) in {"get_json_object", "element_at"}


def _cast_of_property(node: exp.Cast) -> exp.Expr:
    text = node.this
    if node.to.is_type("VARCHAR", "TEXT"):
        return text
    is_ours = exp.Not(this=exp.Paren(this=exp.RegexpLike(this=text, expression=exp.Literal.string(JAVA_ALONE))))
    number = exp.TryCast(this=exp.case().when(is_ours, text.copy()), to=exp.DataType.build("DOUBLE"), safe=True)
    if node.to.is_type("DOUBLE"):
        return number
    return exp.TryCast(this=call("round", number), to=node.to, safe=True)


def _double(number: exp.Expr) -> exp.Expr:
    return exp.cast(number, exp.DataType.build("DOUBLE"))
