"""docs/api.md names every address and every problem there is, and what it shows to send is taken."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playtrace.collect import stream, wire_formats
from playtrace.collect.request import Request
from playtrace.config import Settings
from playtrace.event import RefusalReason
from playtrace.halves import halves
from playtrace.problems import Problem
from playtrace.protocols.events import sending as events

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
DOCUMENT = ROOT / "tests" / "golden" / "openapi.json"
"""Another test sees to it that it is what the API has."""
SENT_IN = ("README.md", "docs/api.md")


def kinds_of(error: type[Any]) -> Iterator[type[Any]]:
    for kind in error.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def rows(heading: str) -> dict[str, int]:
    """Slug to status of the table of problems behind a sentence."""
    table = PAGE.split(heading, 1)[1].split("\n\n", 2)[1]
    return {slug: int(status) for slug, status in re.findall(r"^\| `([\w-]+)` \| (\d+) \|", table, re.MULTILINE)}


def test_problems():
    # Some protocols have kinds of their own, on either side.
    halves("sending")
    halves("reading")
    kinds = list(kinds_of(Problem))
    assert rows("and one of these:") == {kind.slug: kind.status for kind in kinds}
    assert len({kind.slug for kind in kinds}) == len(kinds)


def test_reasons_of_refusal():
    table = PAGE.split("| reason | what it means |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [reason.value for reason in RefusalReason]


def test_every_address_is_described():
    described = {
        (method, path) for method, path in re.findall(r"`(GET|POST|DELETE|PUT|PATCH|WS) (/[^`?\s]*)[^`]*`", PAGE)
    }
    paths = json.loads(DOCUMENT.read_text("utf-8"))["paths"]
    there = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    there |= {route for wire_format in wire_formats.load(Settings()).values() for route in wire_format.ROUTES}
    there |= {("WS", stream.PATH), ("WS", "/api/live"), ("GET", "/api/openapi.json")}
    assert described == there


def sent_to_events() -> list[tuple[str, str]]:
    """Every body that a page sends to /api/events, with the page."""
    found: list[tuple[str, str]] = []
    for page in SENT_IN:
        text = (ROOT / page).read_text("utf-8")
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            for path, body in re.findall(r"curl \S*?(/api/\w+)[^']*-d '(.*?)'", block, re.DOTALL):
                if path == "/api/events":
                    found.append((page, body))
        found += [(page, body) for body in re.findall(r"-Body '(.*?)'", text)]
        found += [(page, json.loads(f'"{body}"')) for body in re.findall(r"(?:Send|TEXT)\(\"(\{.*?\})\"\)", text)]
    return found


@pytest.mark.parametrize(("page", "body"), sent_to_events())
def test_what_is_shown_is_taken(page: str, body: str):
    batch = events.read(Request("/api/events", {}, {}, body.encode(), dt.datetime.now(dt.UTC), "my-game"))
    # The one example of a wrong event is shown with its answer.
    wrong = [{"index": refusal.index, "reason": refusal.reason, "error": refusal.error} for refusal in batch.refusals]
    answer = json.dumps({"accepted": len(batch.events), "rejected": wrong}, separators=(",", ":"))
    assert batch.events
    assert not wrong or answer in (ROOT / page).read_text("utf-8")


def test_enough_examples_are_looked_at():
    assert len(sent_to_events()) >= 8
