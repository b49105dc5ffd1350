"""PostgreSQL: no arg_min, no cast that gives up, no function for the bits of a number.

Three functions stand beside the tables there: `try_double(text)`, `try_bigint(double)`, and `try_text(jsonb)`.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from playtrace.store.dialects.rules import (
    call,
    interval_us,
    is_huge,
    is_interval_already,
    name_of,
    property_path,
    translated,
)


def to_postgresql(sql: str) -> str:
    return translated(sql, "postgres", _rule)


def _sql(text: str) -> exp.Expression:
    return sqlglot.parse_one(text, read="postgres")


def _rule(node: exp.Expression) -> exp.Expression:
    if is_interval_already(node):
        return node.this
    if (microseconds := interval_us(node)) is not None:
        return _sql(f"INTERVAL '{microseconds} microseconds'")
    if isinstance(node, exp.ArgMin | exp.ArgMax):
        order = "DESC" if isinstance(node, exp.ArgMax) else "ASC"
        value, key = node.this.sql("postgres"), node.expression.sql("postgres")
        return _sql(f"(array_agg({value} ORDER BY {key} {order}) FILTER (WHERE {value} IS NOT NULL))[1]")
    if isinstance(node, exp.ArrayContains):
        return exp.EQ(this=node.expression, expression=call("ANY", node.this))
    if isinstance(node, exp.Split):
        return call("string_to_array", node.this, node.expression)
    if isinstance(node, exp.Explode):
        return call("unnest", node.this)
    if isinstance(node, exp.DateDiff) and str(node.args.get("unit")).upper() == "MICROSECOND":
        later, earlier = node.this.sql("postgres"), node.expression.sql("postgres")
        return _sql(f"CAST(extract(epoch FROM {later} - {earlier}) * 1000000 AS BIGINT)")
    if isinstance(node, exp.TryCast):
        return _try_cast(node)
    if name_of(node) == "bit_count" or isinstance(node, exp.BitwiseCount):
        inner = node.this if isinstance(node, exp.BitwiseCount) else node.expressions[0]
        return call("bit_count", exp.cast(inner, exp.DataType.build("BIT(64)", dialect="postgres")))
    if name_of(node) == "epoch_us":
        return _sql(f"CAST(extract(epoch FROM {node.expressions[0].sql('postgres')}) * 1000000 AS BIGINT)")
    if name_of(node) == "to_milliseconds":
        return _sql(f"({node.expressions[0].sql('postgres')}) * INTERVAL '1 millisecond'")
    if isinstance(node, exp.Substring) and isinstance(node.args["start"], exp.Neg):
        return call("right", node.this, node.args["start"].this)  # of shorter ones the whole text, as elsewhere
    if is_huge(node):
        return exp.DataType.build("NUMERIC(39, 0)", dialect="postgres")
    return node


def _try_cast(node: exp.TryCast) -> exp.Expression:
    path = property_path(node.this)
    if path is not None:
        keys = ",".join(path)
        value = _sql(f"props #>> '{{{keys}}}'")
    else:
        value = node.this
    if node.to.is_type("DOUBLE"):
        return call("try_double", value if path is not None else exp.cast(value, "TEXT"))
    if node.to.is_type("VARCHAR", "TEXT"):
        return value
    return exp.cast(call("try_bigint", value), node.to)
