# /// script
# requires-python = ">=3.11"
# dependencies = ["tf==1.2.0"]
# ///
"""Stands in for Terraform's provider for AWS: the published schema, and no AWS behind it.

    uv run --script standin_provider.py SCHEMA.json

Terraform checks a configuration against the schema itself, types and nested blocks included. A plan comes from here:
what the provider would learn from AWS, such as an ARN, is made up, and known at once, so that a plan can be read to the
end. It prints what TF_REATTACH_PROVIDERS must be for Terraform to use it, and ends with its standard input.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import msgpack
from tf.gen import grpc_controller_pb2 as controller
from tf.gen import grpc_controller_pb2_grpc as controller_rpc
from tf.gen import grpc_stdio_pb2_grpc as stdio_rpc
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

ACCOUNT, REGION = "123456789012", "eu-west-1"
NAME = "registry.terraform.io/hashicorp/aws"
OPEN_TOFU_NAME = "registry.opentofu.org/hashicorp/aws"
MESSAGE_BYTES_MAX = 64 * 1024 * 1024
NESTING = {
    "list": pb.Schema.NestedBlock.LIST,
    "set": pb.Schema.NestedBlock.SET,
    "single": pb.Schema.NestedBlock.SINGLE,
}
DATA: dict[str, dict[str, Any]] = {
    "aws_caller_identity": {"account_id": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:user/tests"},
    "aws_region": {"region": REGION, "name": REGION, "id": REGION},
    "aws_partition": {"partition": "aws", "dns_suffix": "amazonaws.com", "id": "aws"},
    "aws_availability_zones": {"names": [f"{REGION}{letter}" for letter in "abc"], "id": REGION},
}
"""What is read of AWS."""


def is_unknown(value: object) -> bool:
    return isinstance(value, msgpack.ExtType)


def unpacked(value: pb.DynamicValue) -> Any:
    return msgpack.unpackb(value.msgpack, raw=False, strict_map_key=False) if value.msgpack else None


def packed(value: Any) -> pb.DynamicValue:
    return pb.DynamicValue(msgpack=msgpack.packb(value, use_bin_type=True))


def schema_block(block: dict[str, Any]) -> pb.Schema.Block:
    return pb.Schema.Block(
        attributes=[
            pb.Schema.Attribute(
                name=name,
                type=json.dumps(told["type"]).encode(),
                required=told["required"],
                optional=told["optional"],
                computed=told["computed"],
            )
            for name, told in block["attributes"].items()
        ],
        block_types=[
            pb.Schema.NestedBlock(
                type_name=name,
                block=schema_block(told["block"]),
                nesting=NESTING[told["nesting"]],
                min_items=told["min_items"],
                max_items=told["max_items"],
            )
            for name, told in block["blocks"].items()
        ],
    )


class StandIn(rpc.ProviderServicer):
    def __init__(self, schema: dict[str, dict[str, Any]]) -> None:
        self._schema = schema

    def _told(self, kind: str) -> dict[str, pb.Schema]:
        return {name: pb.Schema(block=schema_block(block)) for name, block in self._schema[kind].items()}

    def GetMetadata(self, request: Any, context: Any) -> Any:
        return pb.GetMetadata.Response(
            resources=[pb.GetMetadata.ResourceMetadata(type_name=name) for name in self._schema["resources"]],
            data_sources=[pb.GetMetadata.DataSourceMetadata(type_name=name) for name in self._schema["data"]],
        )

    def GetProviderSchema(self, request: Any, context: Any) -> Any:
        return pb.GetProviderSchema.Response(
            provider=self._told("provider")["aws"],
            resource_schemas=self._told("resources"),
            data_source_schemas=self._told("data"),
        )

    def GetFunctions(self, request: Any, context: Any) -> Any:
        return pb.GetFunctions.Response()

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, request: Any, context: Any) -> Any:
        return pb.ConfigureProvider.Response()

    def StopProvider(self, request: Any, context: Any) -> Any:
        return pb.StopProvider.Response()

    def UpgradeResourceState(self, request: Any, context: Any) -> Any:
        state = json.loads(request.raw_state.json)
        return pb.UpgradeResourceState.Response(upgraded_state=packed(state))

    def ReadResource(self, request: Any, context: Any) -> Any:
        return pb.ReadResource.Response(new_state=request.current_state)

    def PlanResourceChange(self, request: Any, context: Any) -> Any:
        planned = unpacked(request.proposed_new_state)
        if planned is not None:
            self._make_up(request.type_name, planned)
        return pb.PlanResourceChange.Response(planned_state=packed(planned))

    def ApplyResourceChange(self, request: Any, context: Any) -> Any:
        return pb.ApplyResourceChange.Response(new_state=request.planned_state)

    def ReadDataSource(self, request: Any, context: Any) -> Any:
        state = unpacked(request.config)
        state.update(DATA.get(request.type_name, {}))
        self._make_up(request.type_name, state, "data")
        return pb.ReadDataSource.Response(state=packed(state))

    def _make_up(self, type_name: str, state: dict[str, Any], kind: str = "resources") -> None:
        """Puts something into what only AWS could say, so that what is made of it can be read in a plan."""
        called = next(
            (state[key] for key in ("name", "bucket", "function_name", "family", "alias") if state.get(key)), "x"
        )
        called = "x" if is_unknown(called) else called
        for name, told in self._schema[kind][type_name]["attributes"].items():
            if not told["computed"] or (state.get(name) is not None and not is_unknown(state[name])):
                continue
            if told["type"] == "string" and (not told["optional"] or name in ("id", "arn", "name")):
                service = type_name.removeprefix("aws_").replace("_", "-")
                is_arn = name == "arn" or name.endswith("_arn")
                is_url = name == "url" or name.endswith("_endpoint")
                made_up = f"{'https://' if is_url else ''}{service}/{called}/{name}"
                state[name] = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{called}" if is_arn else made_up
            else:
                state[name] = {"number": 1, "bool": False}.get(str(told["type"])) if not told["optional"] else None


class Controller(controller_rpc.GRPCControllerServicer):
    def Shutdown(self, request: Any, context: Any) -> Any:
        return controller.Empty()


class Stdio(stdio_rpc.GRPCStdioServicer):
    def StreamStdio(self, request: Any, context: Any) -> Any:
        return iter(())


def main() -> None:
    schema = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    options = [
        ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
        ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(8), options=options)
    rpc.add_ProviderServicer_to_server(StandIn(schema), server)
    controller_rpc.add_GRPCControllerServicer_to_server(Controller(), server)
    stdio_rpc.add_GRPCStdioServicer_to_server(Stdio(), server)
    with tempfile.TemporaryDirectory() as folder:
        # Short: the path of a socket may have a hundred characters.
        path = f"{folder}/p.sock"
        server.add_insecure_port(f"unix://{path}")
        server.start()
        reattach = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "unix", "String": path},
        }
        print(json.dumps({NAME: reattach, OPEN_TOFU_NAME: reattach}), flush=True)
        sys.stdin.read()
        server.stop(None)


if __name__ == "__main__":
    main()
