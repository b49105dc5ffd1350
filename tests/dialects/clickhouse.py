"""ClickHouse: operators on bits are functions, lists side by side would be every one with every other."""

from __future__ import annotations

from sqlglot import exp

from dialects.rules import call, interval_us, is_interval_already, listed, name_of, property_path, translated

FUNCTIONS = {
    "bit_count": "bitCount",
    "epoch_us": "toUnixTimestamp64Micro",
    "to_milliseconds": "toIntervalMillisecond",
    "length": "length",
}


def to_clickhouse(sql: str) -> str:
    return translated(sql, "clickhouse", _small_table, _rule)


def _small_table(node: exp.Expression) -> exp.Expression:
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


def _rule(node: exp.Expression) -> exp.Expression:
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
        return exp.CombinedParameterizedAgg(this="quantileExactInclusive", expressions=[node.this], params=[level])
    if isinstance(node, exp.TryCast):
        return _try_cast(node)
    if (better := FUNCTIONS.get(name_of(node))) is not None:
        return call(better, *node.expressions)
    return node


def _try_cast(node: exp.TryCast) -> exp.Expression:
    """A property is a Dynamic there: it is cast through its text."""
    path = property_path(node.this)
    value = node.this if path is None else exp.Identifier(this="props." + ".".join(path), quoted=False)
    text = call("toString", value)
    if node.to.is_type("DOUBLE"):
        return call("toFloat64OrNull", text)
    if node.to.is_type("VARCHAR", "TEXT"):
        return call("nullIf", text, exp.Literal.string(""))
    return call("accurateCastOrNull", value, exp.Literal.string(node.to.sql("clickhouse")))
