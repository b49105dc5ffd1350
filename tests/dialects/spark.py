"""Spark: properties are VARIANT as here; lists side by side are one list of rows."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

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

FUNCTIONS = {"epoch_us": "unix_micros"}


def to_spark(sql: str) -> str:
    return translated(sql, "spark", _small_table, _rule)


def _sql(text: str) -> exp.Expression:
    return sqlglot.parse_one(text, read="spark")


def _small_table(node: exp.Expression) -> exp.Expression:
    found = listed(node)
    if found is None:
        return node
    names, lists = found
    zipped = ", ".join(one.sql("spark") for one in lists)
    return _sql(f"SELECT * FROM (SELECT inline(arrays_zip({zipped}))) AS listed ({', '.join(names)})")


def _rule(node: exp.Expression) -> exp.Expression:
    if is_interval_already(node):
        return node.this
    if (microseconds := interval_us(node)) is not None:
        return _sql(f"make_dt_interval(0, 0, 0, {microseconds} / 1000000)")
    if isinstance(node, exp.TryCast) and (path := property_path(node.this)) is not None:
        keys = exp.Literal.string("$." + ".".join(path))
        return call("try_variant_get", exp.column("props"), keys, exp.Literal.string(node.to.sql("spark")))
    if isinstance(node, exp.DateDiff) and str(node.args.get("unit")).upper() == "MICROSECOND":
        later, earlier = node.this.sql("spark"), node.expression.sql("spark")
        return _sql(f"timestampdiff(MICROSECOND, {earlier}, {later})")
    if isinstance(node, exp.PercentileCont | exp.Quantile):
        return call("percentile", node.this, node.expression or node.args.get("quantile"))
    if name_of(node) == "to_milliseconds":
        return _sql(f"make_dt_interval(0, 0, 0, ({node.expressions[0].sql('spark')}) / 1000)")
    if (better := FUNCTIONS.get(name_of(node))) is not None:
        return call(better, *node.expressions)
    if is_huge(node):
        return exp.DataType.build("DECIMAL(38, 0)", dialect="spark")
    return node
