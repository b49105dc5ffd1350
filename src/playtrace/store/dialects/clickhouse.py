"""ClickHouse: operators on bits are functions, lists side by side would be every one with every other."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import UnsupportedError

from playtrace.store.dialects.rules import (
    call,
    interval_us,
    is_interval_already,
    listed,
    name_of,
    property_keys,
    translated,
)

NOT_THERE = {"json_structure", "json_each"}
"""Functions that look into properties whose names are not known, as nothing there does in the same way."""
FUNCTIONS = {
    "bit_count": "bitCount",
    "epoch_us": "toUnixTimestamp64Micro",
    "to_milliseconds": "toIntervalMillisecond",
    "length": "length",
}


def to_clickhouse(sql: str, types: Mapping[str, str | None] | None = None, database: str = "playtrace") -> str:
    """The same statement for ClickHouse. `types` says of which type the value of each `$name` is there: None for the
    name of a value that is not known. Our tables are those of `database`.

    Raises `sqlglot.errors.SqlglotError` for what cannot be said there.
    """
    unknown = NOT_THERE.intersection(re.findall(r"\w+", sql))
    if unknown:
        raise UnsupportedError(f"there is no {', '.join(sorted(unknown))}")

    def typed(node: exp.Expr) -> exp.Expr:
        return _typed(node, types or {})

    def placed(node: exp.Expr) -> exp.Expr:
        # A part of a statement may have the name of the table that it reads: the table is named with its database.
        if isinstance(node, exp.Table) and node.db == "main":
            node.set("db", exp.to_identifier(database))
        return node

    return translated(sql, "clickhouse", typed, placed, _small_table, _rule)


def _typed(node: exp.Expr, types: Mapping[str, str | None]) -> exp.Expr:
    """A value that is bound: there its type is said in its place."""
    if not isinstance(node, exp.Placeholder) or node.name not in types:
        return node
    type_ = types[node.name]
    if type_ is None:
        return exp.Null()
    kind = exp.DataType.build(type_.removeprefix("Interval"), dialect="clickhouse")
    place = exp.Placeholder(this=node.name, kind=kind)
    return call("toIntervalMicrosecond", place) if type_.startswith("Interval") else place


def _small_table(node: exp.Expr) -> exp.Expr:
    found = listed(node)
    if found is None:
        return node
    names, lists = found
    row = exp.select(exp.alias_(call("arrayJoin", call("arrayZip", *lists)), "list_row"))
    columns = [
        exp.alias_(call("tupleElement", exp.column("list_row"), exp.Literal.number(place)), name)
        for place, name in enumerate(names, start=1)
    ]
    return exp.select(*columns).from_(row.subquery("zipped"))


def _rule(node: exp.Expr) -> exp.Expr:
    if is_interval_already(node):
        return node.this
    if (microseconds := interval_us(node)) is not None:
        return call("toIntervalMicrosecond", exp.Literal.number(microseconds))
    if isinstance(node, exp.BitwiseAnd):
        return call("bitAnd", node.this, node.expression)
    if isinstance(node, exp.BitwiseLeftShift):
        return call("bitShiftLeft", node.this, node.expression)
    if isinstance(node, exp.BitwiseOrAgg):
        return call("groupBitOr", node.this)
    if isinstance(node, exp.PercentileCont | exp.Quantile):
        level = node.expression or node.args.get("quantile")
        return exp.CombinedParameterizedAgg(this="quantileExactInclusive", expressions=[level], params=[node.this])
    if isinstance(node, exp.Cast) and (is_given_up(node) or property_keys(node.this) is not None):
        return _try_cast(node)
    if name_of(node) == "variant_extract" and not _is_read_further(node):
        return _property(node)
    if name_of(node) == "variant_typeof":
        type_ = call("dynamicType", node.expressions[0])
        is_text = exp.EQ(this=type_, expression=exp.Literal.string("String"))
        return exp.case().when(is_text, exp.Literal.string("VARCHAR")).else_(type_.copy())
    if isinstance(node, exp.DataType) and node.is_type("TIMESTAMPNTZ"):
        return exp.DataType.build("DateTime64(6, 'UTC')", dialect="clickhouse")
    if isinstance(node, exp.DataType) and node.is_type("DATE"):
        return exp.DataType.build("DATE32", dialect="clickhouse")
    if isinstance(node, exp.Literal):
        return _literal(node)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Null) and node.to.is_type("ARRAY"):
        return node.this  # a list there is none: it is never unknown
    if isinstance(node, exp.ArrayContains) and isinstance(node.this, exp.Null):
        return exp.cast(exp.Null(), exp.DataType.build("Nullable(Bool)", dialect="clickhouse"))
    if isinstance(node, exp.Case) and node.this is not None:
        return _case(node)
    if isinstance(node, exp.Lag | exp.Lead):
        value: exp.Expr = node.args["this"]
        node.set("this", call("toNullable", value.copy()))  # else there is something before the first one too
        return node
    if isinstance(node, exp.Select):
        return _named(node)
    if (better := FUNCTIONS.get(name_of(node))) is not None:
        node = call(better, *node.expressions)
    return call("toInt64", node.copy()) if _is_unsigned(node) and not isinstance(node.parent, AROUND) else node


INTEGER_MAX = 2**63 - 1
AROUND = exp.Filter | exp.Window | exp.WithinGroup
COUNTING = (exp.Count, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Length, exp.ApproxDistinct, exp.Grouping)


def is_given_up(node: exp.Cast) -> bool:
    """Whether a cast is null where the value has no such form."""
    return isinstance(node, exp.TryCast)


def _is_unsigned(node: exp.Expr) -> bool:
    """Whether it is a number without a sign there, which together with one that has a sign has no type."""
    inner = node
    while isinstance(inner, AROUND):
        inner = inner.this
    return isinstance(inner, COUNTING) or name_of(inner) in {"bitcount", "length"}


def _literal(node: exp.Literal) -> exp.Expr:
    """Numbers are as small as they can be there, and without a sign: beside others they need the type that they have
    here. A very large one would be a floating point number."""
    if node.is_string or not node.name.isdigit():
        return node
    if int(node.name) > INTEGER_MAX:
        return call("toInt128", exp.Literal.string(node.name))
    if not isinstance(node.parent, VALUE_OF):
        return node
    # 32 bits have a type together with floating point numbers too.
    return call("toInt32" if int(node.name) < 2**31 else "toInt64", node.copy())


VALUE_OF = exp.Alias | exp.Case | exp.If | exp.Coalesce | exp.Greatest | exp.Least | exp.Sum | exp.Select


def _case(node: exp.Case) -> exp.Expr:
    """With conditions instead of values, which there have to be of one type that is never null."""
    for branch in node.args["ifs"]:
        branch.set("this", exp.EQ(this=node.this.copy(), expression=branch.this.copy()))
    node.set("this", None)
    return node


def _named(select: exp.Select) -> exp.Expr:
    """Columns have the names and types that follow from them here: there one of a join is called `table.column`, and a
    condition is a number."""
    for column in list(select.expressions):
        if isinstance(column, exp.Column) and column.table and not column.is_star:
            column.replace(exp.alias_(column.copy(), column.name))
        told = column.this if isinstance(column, exp.Alias) else column
        if isinstance(told, exp.Predicate | exp.Connector | exp.Not):
            told.replace(exp.cast(told.copy(), exp.DataType.build("Nullable(Bool)", dialect="clickhouse")))
    # What is ordered by a name means the answer's column; there it would be the one that was read.
    told_of = {column.alias: column.this for column in select.expressions if isinstance(column, exp.Alias)}
    for ordered in (select.args.get("order") or exp.Order(expressions=[])).expressions:
        by = ordered.this
        if isinstance(by, exp.Column) and not by.table and by.name in told_of:
            by.replace(told_of[by.name].copy())
    return select


def _is_read_further(node: exp.Expr) -> bool:
    """Whether it is a part of what a longer path reads, or is cast, which says the whole of it."""
    return isinstance(node.parent, exp.Cast) or (node.parent is not None and name_of(node.parent) == "variant_extract")


def _property(node: exp.Expr) -> exp.Expr:
    """A property, or what else it is. What is written in our texts is a name there; one that is bound may be any."""
    keys = property_keys(node)
    if keys is None:
        return node
    if all(isinstance(key, exp.Literal) and re.fullmatch(r"[a-z_][a-zA-Z0-9_]*", key.name) for key in keys):
        return exp.Identifier(this="props." + ".".join(key.name for key in keys), quoted=False)
    path = [part for key in keys for part in (exp.Literal.string("."), key.copy())][1:]
    return call("getSubcolumn", exp.column("props"), path[0] if len(path) == 1 else call("concat", *path))


def _try_cast(node: exp.Cast) -> exp.Expr:
    """A property is a Dynamic there: it is cast through its text."""
    value = _property(node.this)
    text = call("toString", value)
    if node.to.is_type("DOUBLE"):
        return call("toFloat64OrNull", text)
    if node.to.is_type("VARCHAR", "TEXT"):
        return call("nullIf", text, exp.Literal.string(""))
    return call("accurateCastOrNull", value, exp.Literal.string(node.to.sql("clickhouse")))
