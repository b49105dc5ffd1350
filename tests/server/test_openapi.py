"""Whatever fits the OpenAPI document, and much that does not, is answered as the document says. Never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from server_process import ServerProcess

from playtrace.api.app import create_app

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
NOT_FOR_STRANGERS = "/api/(setup|session)"
"""They count who comes too often: what they answer depends on who was there before."""
WITH_RULES = "/segments/(preview|{segment_id})$"
"""Rules hold rules: to cover all that may stand beside each other in one would take for ever."""
QUIET_GAME = "nobody-guesses-this"


@pytest.fixture(scope="module")
def played(open_process: ServerProcess) -> Iterator[ServerProcess]:
    """A server with a little of everything in it, so that answers have something in them."""
    events = [
        {"name": name, "player_id": f"p{i % 3}", "session_id": f"s{i % 4}", "map": "arena", "x": i, "y": i, "seq": i,
         "value": 1.5, "currency": "EUR", "platform": "linux", "version": "1.0", "mono_ms": i * 1000}
        for i, name in enumerate(["session_start", "position", "player_death", "purchase", "crash", "performance"] * 4)
    ]  # fmt: skip
    # Names that the generator comes upon by itself, to which it sends too, and one that it does not.
    for game_id in ("0", "a", "null", "true", QUIET_GAME):
        assert open_process.send([{**event, "game_id": game_id} for event in events])[0] == 202
    open_process.wait_until_loaded()
    yield open_process
    open_process.wait_until_loaded()


@schemathesis.serializer("application/x-ndjson")
def as_it_is(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Whatever text or JSON the generator comes upon."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()


document = create_app().openapi()
schema = schemathesis.openapi.from_dict(document).exclude(path_regex=f"{NOT_FOR_STRANGERS}|{WITH_RULES}")
rules = schemathesis.openapi.from_dict(
    document, config=schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
).include(path_regex=WITH_RULES)


def test_the_server_has_this_document(played: ServerProcess):
    assert played.get("/api/openapi.json") == document


@schema.parametrize()
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_document_is_kept(played: ServerProcess, case: schemathesis.Case):
    case.call_and_validate(base_url=played.url, checks=CHECKS, timeout=60)


@rules.parametrize()
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_document_is_kept_by_what_takes_rules(played: ServerProcess, case: schemathesis.Case):
    case.call_and_validate(base_url=played.url, checks=CHECKS, timeout=60)


@pytest.mark.parametrize(
    ("moment", "events"),
    [
        ("0001-01-01", 24),
        ("0001-01-01T00:00:00+14:00", 24),
        ("9999-12-31", 0),
        ("9999-12-31T23:59:59.999999-14:00", 0),
    ],
)
def test_the_ends_of_time(played: ServerProcess, moment: str, events: int):
    """The generator rarely comes upon them."""
    quoted = moment.replace("+", "%2B")
    assert len(played.get(f"/api/events?gameId={QUIET_GAME}&from={quoted}")["events"]) == events
    assert len(played.get(f"/api/events?gameId={QUIET_GAME}&to={quoted}")["events"]) == 24 - events
    assert played.get(f"/api/games/{QUIET_GAME}/books?from={quoted}")["total"]["stored"] == events
