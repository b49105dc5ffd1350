"""The answer of a metric as one row of Parquet: its fields under the names that the API has for them, with their types.

The types follow from the answer's own schema, not from what one day happens to hold: files of all days fit each other.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import pyarrow as pa

from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer

LEFT_OUT = frozenset({"definition", "elapsedMs", "statements", "compared", "segment"})
"""Fields that say nothing of the answer, or that a run never has."""
SCALARS = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "string": pa.string()}
NUMBERS = ("integer", "number")
FORMATS = {"date-time": pa.timestamp("us", tz="UTC"), "date": pa.date32()}
JSON_TEXT = pa.string()
"""Of what may be anything."""


def row_of(metric: Metric[Any, Any], answer: CommonAnswer) -> pa.Table:
    """One row."""
    schema = schema_of(metric)
    fields = answer.model_dump(mode="python", by_alias=True)
    return pa.Table.from_pylist(
        [{name: _fitting(fields[name], schema.field(name).type) for name in schema.names}], schema
    )


@cache
def schema_of(metric: Metric[Any, Any]) -> pa.Schema:
    """The columns of its answers."""
    document: dict[str, Any] = metric.answer_type.model_json_schema(mode="serialization", by_alias=True)
    defined: dict[str, Any] = document.get("$defs", {})
    whole = defined[document["$ref"].rpartition("/")[2]] if "$ref" in document else document
    return pa.schema(
        [(name, _type_of(field, defined)) for name, field in whole["properties"].items() if name not in LEFT_OUT]
    )


def _type_of(field: dict[str, Any], defined: dict[str, Any]) -> pa.DataType:
    if "$ref" in field:
        return _type_of(defined[field["$ref"].rpartition("/")[2]], defined)
    if "anyOf" in field:
        known = [one for one in field["anyOf"] if one.get("type") != "null"]
        if len(known) == 1:
            return _type_of(known[0], defined)
        return pa.float64() if known and all(one.get("type") in NUMBERS for one in known) else JSON_TEXT
    kind = field.get("type")
    if kind == "array":
        return pa.list_(_type_of(field["items"], defined)) if "items" in field else JSON_TEXT
    if kind == "object":
        if "properties" in field:
            return pa.struct([(name, _type_of(one, defined)) for name, one in field["properties"].items()])
        values = field.get("additionalProperties")
        return pa.map_(pa.string(), _type_of(values, defined)) if isinstance(values, dict) else JSON_TEXT
    if kind == "string" and field.get("format") in FORMATS:
        return FORMATS[field["format"]]
    return SCALARS.get(str(kind), JSON_TEXT)


def _fitting(value: Any, type_: pa.DataType) -> Any:
    """A value as Arrow takes it for a column of this type."""
    if value is None:
        return None
    if pa.types.is_struct(type_):
        return {field.name: _fitting(value[field.name], field.type) for field in type_}
    if pa.types.is_list(type_):
        return [_fitting(one, type_.value_type) for one in value]
    if pa.types.is_map(type_):
        return [(str(name), _fitting(one, type_.item_type)) for name, one in value.items()]
    if type_ == pa.string() and not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return value
