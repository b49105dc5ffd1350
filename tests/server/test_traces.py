"""Traces reach a receiver that speaks OTLP, read by OpenTelemetry's own messages; without a setting there are none."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from server_process import SEVERAL, StartProcess

from playtrace.config import Settings
from playtrace.tracing import Tracing, TracingMissing, span

PLAYER = "nobody's business"


class Receiver:
    """Of OTLP over HTTP: keeps the spans that it is sent."""

    def __init__(self) -> None:
        self.spans: list[dict[str, Any]] = []
        spans = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
                for resource in sent.resource_spans:
                    of_resource = _plain(resource.resource.attributes)
                    for scope in resource.scope_spans:
                        spans.extend(
                            {"name": one.name, "id": one.span_id, "parent": one.parent_span_id, "trace": one.trace_id}
                            | of_resource
                            | _plain(one.attributes)
                            for one in scope.spans
                        )
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def of(self, name: str) -> dict[str, Any]:
        (found,) = [one for one in self.spans if one["name"] == name]
        return found


def _plain(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    serving = threading.Thread(target=receiver.server.serve_forever)
    serving.start()
    yield receiver
    receiver.server.shutdown()
    serving.join()
    receiver.server.server_close()


def test_a_request_is_followed_from_process_to_process_and_a_load_is_told(
    receiver: Receiver, start_process: StartProcess
) -> None:
    server = start_process(environment=SEVERAL | {"PLAYTRACE_TRACING_ENDPOINT": receiver.url})
    forged = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    event = {"name": "match_end", "game_id": "arena", "player_id": PLAYER}
    assert server.send(event, traceparent=forged)[0] == 202
    server.wait_until_loaded()
    path = "/api/metrics/summary?gameId=arena&player=x"
    refused = server.request("GET", path)[0]
    _, headers, _ = server.request("GET", path.removesuffix("&player=x"), headers={"traceparent": forged})
    assert refused == 422
    # What is left is sent as it ends.
    server.stop()

    asked = [one for one in receiver.spans if one.get("playtrace.request_id") == headers["x-request-id"]]
    by_process = {one["playtrace.process"]: one for one in asked}
    main = by_process["main"]
    assert main["name"] == "GET /api/metrics/summary"
    assert (main["http.route"], main["http.response.status_code"]) == ("/api/metrics/summary", 200)
    question = receiver.of("question")
    assert (question["playtrace.metric"], question["playtrace.game"]) == ("summary", "arena")
    assert (question["parent"], question["trace"]) == (main["id"], main["trace"])
    if len(by_process) > 1:
        assert (main["parent"], main["trace"]) == (by_process["collector"]["id"], by_process["collector"]["trace"])
    assert receiver.of("POST /api/events")["http.response.status_code"] == 202
    assert receiver.of("load")["playtrace.stored"] == 1
    assert {one["service.name"] for one in receiver.spans} == {"playtrace"}
    # Nobody outside decides of what traces are made, and nothing of a player goes out.
    assert bytes.fromhex(forged[3:35]) not in {one["trace"] for one in receiver.spans}
    assert not any(PLAYER in str(value) for one in receiver.spans for value in one.values())


def test_without_a_setting_nothing_that_makes_or_sends_them_is_imported_and_a_span_is_nothing() -> None:
    # FastAPI imports the part that does nothing by itself.
    makes = "('opentelemetry.sdk', 'opentelemetry.exporter', 'opentelemetry.proto')"
    program = f"import sys, playtrace.server; sys.exit(any(m.startswith({makes}) for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    assert Tracing.begin(Settings(), "main") is None
    with span("question", {}) as nothing:
        assert nothing is None


def test_where_the_library_is_missing_the_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(TracingMissing, match=r"playtrace\[otel\]"):
        Tracing.begin(Settings.model_validate({"tracing_endpoint": "http://127.0.0.1:1"}), "main")
