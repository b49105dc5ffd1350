"""What there is to be asked, as data: from it a program can build a form, and a page a table."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import Field, JsonValue
from pydantic.alias_generators import to_camel

from playtrace.metrics.frame.metric import Metric, metrics
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Judged, Model, definition_address

ParameterType = Literal["text", "integer", "number", "boolean", "day or instant", "time zone"]
TYPES: dict[str, ParameterType] = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "day-or-instant": "day or instant",
    "time-zone": "time zone",
}
"""By format or type of a JSON schema."""


class ParameterEntry(Model):
    """One parameter of a metric."""

    name: str = Field(description="As it is sent.")
    type: ParameterType = Field(description="Of the value, or of each where it is a list.")
    is_list: bool = Field(description="Whether it may be given several times, for several values.")
    required: bool
    default: JsonValue = Field(description="What is asked where it is not given; null for none.")
    allowed_values: list[str] | None = Field(description="The only ones that are taken; null where others are too.")
    minimum: float | None = Field(description="The least number that is taken, or what it must lie above.")
    maximum: float | None = Field(description="The largest number that is taken, or what it must lie below.")
    is_common: bool = Field(description="Whether every metric takes it.")
    description: str


class MetricEntry(Model):
    """One metric."""

    name: str
    title: str
    subject: str = Field(description="What it is about: metrics of one subject belong together.")
    path: str = Field(description="Where it is asked, from the server's address on.")
    summary: str = Field(description="What is counted, in short: the first paragraph of its definition, as Markdown.")
    definition: str = Field(description="Where it is said what is counted: a page of the server, from its address on.")
    parameters: list[ParameterEntry]
    fields: dict[str, str] = Field(
        description="What the fields of its answer mean, beside those that every answer has: by name, and inside of an"
        " object or a list by path, such as `days.dau`."
    )


class Catalogue(Model):
    metrics: list[MetricEntry]


def catalogue() -> Catalogue:
    """Every metric, in the order of the names."""
    return Catalogue(metrics=[_entry(metric) for metric in metrics().values()])


def _entry(metric: Metric[Any, Any]) -> MetricEntry:
    return MetricEntry(
        name=metric.name,
        title=metric.title,
        subject=metric.subject,
        path=f"/api/metrics/{metric.name}",
        summary=" ".join(metric.definition.split("\n\n")[1].split()),
        definition=definition_address(metric.name),
        parameters=parameters_of(metric.parameters),
        fields=fields_of(metric.answer_type),
    )


def fields_of(model: type[CommonAnswer]) -> dict[str, str]:
    """What the fields of an answer mean, by name or path."""
    document: dict[str, Any] = model.model_json_schema(by_alias=True, mode="serialization")
    schema = _without_null(document, document)
    common = {field.serialization_alias or to_camel(name) for name, field in CommonAnswer.model_fields.items()}
    own = {name: of for name, of in schema["properties"].items() if name not in common}
    return _fields({"properties": own}, document)


def _fields(schema: dict[str, Any], document: dict[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, of in schema.get("properties", {}).items():
        inner = _without_null(of, document)
        if inner.get("type") == "array":
            inner = _without_null(inner["items"], document)
        if "description" in of and name not in Judged.model_fields:
            found[above + name] = of["description"]
        found |= _fields(inner, document, f"{above}{name}.")
    return found


def parameters_of(model: type[CommonParameters]) -> list[ParameterEntry]:
    """What a metric is asked with, in the order in which it is declared."""
    common = {field.alias or name for name, field in CommonParameters.model_fields.items()}
    schema: dict[str, Any] = model.model_json_schema(by_alias=True)
    required = set(schema.get("required", []))
    return [
        _parameter(name, _without_null(of, schema), is_required=name in required, is_common=name in common)
        for name, of in schema["properties"].items()
    ]


def _parameter(name: str, schema: dict[str, Any], *, is_required: bool, is_common: bool) -> ParameterEntry:
    is_list = schema.get("type") == "array"
    each: dict[str, Any] = schema["items"] if is_list else schema
    return ParameterEntry(
        name=name,
        type=TYPES.get(each.get("format", "")) or TYPES.get(each.get("type", ""), "text"),
        is_list=is_list,
        required=is_required,
        default=schema.get("default"),
        allowed_values=each["enum"] if "enum" in each else [each["const"]] if "const" in each else None,
        minimum=each.get("minimum", each.get("exclusiveMinimum")),
        maximum=each.get("maximum", each.get("exclusiveMaximum")),
        is_common=is_common,
        description=schema.get("description", ""),
    )


def _without_null(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that is given: null is what is not."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return cast("dict[str, Any]", document["$defs"][name]) | {k: v for k, v in schema.items() if k != "$ref"}
    if "anyOf" not in schema:
        return schema
    given = next(one for one in schema["anyOf"] if one.get("type") != "null")
    return given | {key: value for key, value in schema.items() if key != "anyOf"}
