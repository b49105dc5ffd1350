"""What Terraform's provider for AWS knows of resources: arguments, attributes, nested blocks, and which are required.

It is distilled from the bindings for TypeScript that are generated of the provider's published schema, for the
resources that `infrastructure/` uses: the whole package has hundreds of megabytes.

Of what QuickSight draws the bindings know nothing, as it would be larger than all else. The provider has there what the
API has, by the same words; so it is taken from the API's published model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import ListShape, Shape, StructureShape
from npm_package import files_of

PACKAGE, VERSION = "@cdktn/provider-aws", "25.7.0"
"""Of version 6.66.0 of the provider."""

Type = str | list[Any]
"""As Terraform writes types in JSON: "string", or ["list", "string"]."""


@dataclass
class Attribute:
    type: Type
    required: bool
    optional: bool
    computed: bool


@dataclass
class NestedBlock:
    nesting: str
    """list, set or single."""
    block: Block
    min_items: int = 0
    max_items: int = 0
    """0: as many as there are."""


@dataclass
class Block:
    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: dict[str, NestedBlock] = field(default_factory=dict)


SIMPLE: dict[str, Type] = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}
API_TYPES: dict[str, Type] = {
    "string": "string",
    "timestamp": "string",
    "boolean": "bool",
    "integer": "number",
    "long": "number",
    "double": "number",
}
GETTERS: dict[str, Type] = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "AnyMap": ["map", "string"],
}
TOLD = re.compile(
    r'^ +(\w+): \{\s+value: (.+?),\s+isBlock: (true|false),\s+type: "(\w+)",\s+storageClassType: "([^"]+)"',
    re.DOTALL | re.MULTILINE,
)
FLAGS = re.compile(
    r"^    // (\w+) - computed: (\w+), optional: (\w+), required: (\w+)\n(.*?)(?=^    // |^    synthesize|\Z)",
    re.DOTALL | re.MULTILINE,
)


OF_THE_API = {("aws_quicksight_template", "definition"): ("quicksight", "TemplateVersionDefinition")}
"""Blocks of which the bindings know no more than that they are there: service and shape."""
CALLED = {"data_set_configurations": "data_set_configuration", "parameter_declarations": "parameters_declarations"}
"""Where the provider has another word than the API (its internal/service/quicksight/schema/template.go)."""


def provider_schema(resources: set[str], data_sources: set[str], names: set[str]) -> dict[str, dict[str, Block]]:
    """The blocks of these resources and data sources, and of the provider itself under ``provider``. Of what comes
    from a model of the API it has what is in `names`: all of it would be thousands of blocks.

    Raises `KeyError` for a type that the provider does not have.
    """
    folders = {f"lib/{name.removeprefix('aws_').replace('_', '-')}": ("resources", name) for name in resources}
    folders |= {f"lib/data-{name.replace('_', '-')}": ("data", name) for name in data_sources}
    folders["lib/provider"] = ("provider", "aws")
    texts: dict[tuple[str, str], str] = {}
    for path, content in files_of(PACKAGE, VERSION, lambda path: path.endswith(".js") and _folder(path) in folders):
        kind_and_name = folders[_folder(path)]
        text = content.decode("utf-8").partition("//# sourceMappingURL")[0]
        texts[kind_and_name] = texts.get(kind_and_name, "") + text
    schema: dict[str, dict[str, Block]] = {"resources": {}, "data": {}, "provider": {}}
    for kind, name in folders.values():
        schema[kind][name] = _Bindings(texts[kind, name]).whole()
    for (name, block), (service, shape) in OF_THE_API.items():
        if (resource := schema["resources"].get(name)) is not None:
            assert resource.attributes.pop(block).type == "dynamic"
            model = botocore.session.get_session().get_service_model(service)
            resource.blocks[block] = NestedBlock("list", _block_of(model.shape_for(shape), names), max_items=1)
    return schema


def _block_of(shape: Shape, names: set[str]) -> Block:
    """As the provider writes a structure: its own blocks are lists, of one where there cannot be several."""
    assert isinstance(shape, StructureShape)
    block = Block()
    for called, member in shape.members.items():
        name = xform_name(called)
        name = CALLED.get(name, name)
        inner = member.member if isinstance(member, ListShape) else member
        is_required = called in shape.required_members
        if name not in names:
            continue
        if isinstance(inner, StructureShape):
            most = 1 if inner is member else 0
            block.blocks[name] = NestedBlock("list", _block_of(inner, names), int(is_required), most)
        else:
            type_ = API_TYPES[inner.type_name]
            block.attributes[name] = Attribute(
                type_ if inner is member else ["list", type_], is_required, not is_required, computed=False
            )
    return block


def _folder(path: str) -> str:
    return "/".join(path.split("/")[:2])


class _Bindings:
    def __init__(self, text: str) -> None:
        self._functions = dict(re.findall(r"^function (\w+)ToHclTerraform\(struct\) \{\n(.*?)^\}", text, re.S | re.M))
        classes = re.findall(r"^class (\w+) extends cdktn\.(\w+) \{\n(.*?)^\}", text, re.S | re.M)
        self._classes = {name: body for name, _, body in classes}
        self._main = next(
            name
            for name, base, _ in classes
            if base in ("TerraformResource", "TerraformDataSource", "TerraformProvider")
        )

    def whole(self) -> Block:
        body = self._classes[self._main]
        before, _, told = body.partition("synthesizeHclAttributes()")
        return self._block(told, before)

    def _nested(self, value: str, class_name: str) -> Block:
        function = re.search(r"(\w+)ToHclTerraform", value)
        assert function is not None, value
        struct = function[1]
        flags = self._classes.get(f"{class_name}OutputReference", "")
        return self._block(self._functions[struct], flags)

    def _block(self, told: str, flagged: str) -> Block:
        """`told` says names and types of what may be given, `flagged` which is required, and what else there is."""
        block = Block()
        flags = {name: (*(flag == "true" for flag in rest[:3]), rest[3]) for name, *rest in FLAGS.findall(flagged)}
        for name, value, is_block, kind, storage in TOLD.findall(told):
            # A provider's own arguments, and blocks of which there may be several, have no flags or say less.
            computed, optional, required, after = flags.get(name, (False, True, False, ""))
            if is_block == "true":
                class_name = storage.removesuffix("List").removesuffix("Map")
                single = re.search(r"= new \w+OutputReference\(", after) is not None
                block.blocks[name] = NestedBlock(
                    nesting="single" if kind == "struct" else kind,
                    block=self._nested(value, class_name),
                    min_items=1 if required and kind != "struct" else 0,
                    max_items=1 if single and kind != "struct" else 0,
                )
            else:
                block.attributes[name] = Attribute(self._type(kind, storage, value), required, optional, computed)
        for name, (computed, optional, required, after) in flags.items():
            if name not in block.attributes and name not in block.blocks and computed and not optional:
                block.attributes[name] = Attribute(self._computed_type(after), required, optional, computed)
        return block

    def _type(self, kind: str, storage: str, value: str) -> Type:
        if kind == "simple":
            return SIMPLE[storage]
        if kind == "struct":
            return self._object(self._nested(value, storage))
        for ending in ("List", "Map"):
            if (inner := storage.removesuffix(ending)) != storage:
                if inner in SIMPLE:
                    return [kind, SIMPLE[inner]]
                if re.fullmatch(r"(string|number|boolean)(List|Map)", inner):
                    return [kind, self._type("list" if inner.endswith("List") else "map", inner, value)]
                return [kind, self._object(self._nested(value, inner))]
        raise AssertionError((kind, storage))

    def _object(self, block: Block) -> Type:
        fields: dict[str, Type] = {name: attribute.type for name, attribute in block.attributes.items()}
        fields |= {name: ["list", self._object(nested.block)] for name, nested in block.blocks.items()}
        return ["object", fields]

    def _computed_type(self, after: str) -> Type:
        if (getter := re.search(r"this\.get(\w+)Attribute\(", after)) is not None:
            return GETTERS[getter[1]]
        if (made := re.search(r"= new (\w+?)(List|OutputReference|Map)\(this", after)) is not None:
            inner = self._block("", self._classes[f"{made[1]}OutputReference"])
            kind = {"List": "list", "Map": "map"}.get(made[2])
            return [kind, self._object(inner)] if kind else self._object(inner)
        return "dynamic"
