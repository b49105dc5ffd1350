"""Whatever fits the OpenAPI document, and much that does not, is answered as the document says. Never a 5xx."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from server_process import ServerProcess

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
HEALTH_CHECKS = list(cast("Iterable[HealthCheck]", HealthCheck))
AT_RANDOM = (Phase.generate, Phase.shrink)
QUIET_GAME = "nobody-guesses-this"
HOW_MUCH = [pytest.param(12, 4), pytest.param(10_000, 100, marks=(pytest.mark.drill, pytest.mark.timeout(1800)))]
"""For each route so many of the cases that cover its parameters, one after the other, and so many at random."""


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


DOCUMENT = json.loads((Path(__file__).parents[1] / "golden" / "openapi.json").read_text("utf-8"))
ROUTES = [f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods]
COVERED = [route for route in ROUTES if not re.search(f"{NOT_FOR_STRANGERS}|{WITH_RULES}", route)]


def asked_of_a_game() -> dict[str, Any]:
    """The document, where what is asked is asked of a game that is there: the generator would hardly come upon one."""
    document = copy.deepcopy(DOCUMENT)
    for methods in document["paths"].values():
        for parameter in methods.get("get", {}).get("parameters", []):
            if parameter["name"] in ("gameId", "game_id"):
                parameter["schema"] = {"type": "string", "enum": [QUIET_GAME]}
    return document


def each_parameter_once() -> dict[str, Any]:
    """The document, where what many routes take in the same way is taken by one of them, another for each parameter. To
    make the cases that cover one takes longer than to send them, and they are the same for all routes."""
    document, takers = asked_of_a_game(), dict[str, list[dict[str, Any]]]()
    for methods in document["paths"].values():
        for operation in methods.values():
            parameters = operation.get("parameters", [])
            operation["parameters"] = [one for one in parameters if one["required"]]
            for one in parameters:
                if not one["required"]:
                    takers.setdefault(json.dumps(one), []).append(operation)
    for number, (parameter, operations) in enumerate(takers.items()):
        operations[number % len(operations)]["parameters"].append(json.loads(parameter))
    return document


@pytest.fixture(scope="module")
def covering() -> BaseSchema:
    return schemathesis.openapi.from_dict(each_parameter_once())


@pytest.fixture(scope="module")
def guessing() -> BaseSchema:
    config = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
    return schemathesis.openapi.from_dict(asked_of_a_game(), config=config)


def test_the_server_has_this_document(played: ServerProcess):
    assert played.get("/api/openapi.json") == DOCUMENT


def is_kept(played: ServerProcess, case: schemathesis.Case[Any]):
    case.call_and_validate(base_url=played.url, checks=CHECKS, timeout=120)


def made(schema: BaseSchema, route: str, examples_max: int, *phases: Phase) -> Any:
    """What is sent is made when it is this route's turn: `schema.parametrize()` makes all of it while tests are
    collected, in each process that runs some."""
    chosen = settings(
        max_examples=examples_max,
        phases=phases,
        deadline=None,
        derandomize=True,
        suppress_health_check=HEALTH_CHECKS,
    )
    (found,) = get_all_tests(schema=schema.include(name=route), test_func=is_kept, settings=chosen, given_kwargs=None)
    assert isinstance(found, Ok)
    return found.ok()[1]


@pytest.mark.parametrize(("cases_max", "examples_max"), HOW_MUCH)
@pytest.mark.parametrize("route", COVERED)
def test_the_document_is_kept(
    played: ServerProcess, covering: BaseSchema, guessing: BaseSchema, route: str, cases_max: int, examples_max: int
):
    test = made(covering, route, 1, Phase.explicit)
    cases: list[Any] = getattr(test, "hypothesis_explicit_examples", [])
    # Two routes may take the same body. Each begins elsewhere: what one leaves out another sends.
    step = -(-len(cases) // cases_max) or 1
    cases[:] = cases[ROUTES.index(route) % step :: step]
    test(played=played)
    made(guessing, route, examples_max, *AT_RANDOM)(played=played)


@pytest.mark.parametrize(("cases_max", "examples_max"), HOW_MUCH)
@pytest.mark.parametrize("route", [route for route in ROUTES if re.search(WITH_RULES, route)])
def test_the_document_is_kept_by_what_takes_rules(
    played: ServerProcess, guessing: BaseSchema, route: str, cases_max: int, examples_max: int
):
    made(guessing, route, examples_max, *AT_RANDOM)(played=played)


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
