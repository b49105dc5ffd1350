"""What crashes are called, as clients spell them."""

from __future__ import annotations

import json

import pytest

from playtrace.alerts.crash_text import LENGTH_MAX, UNTITLED, crash_text

APP = {"function": "Renderer::draw", "file": "renderer.cpp", "line": 97, "in_app": True}
SYSTEM = {"function": "abort", "file": "abort.c", "line": 79, "in_app": False}


@pytest.mark.parametrize(
    ("props", "text"),
    [
        ({}, UNTITLED),
        ({"title": "Device lost"}, "Device lost"),
        ({"title": "Device lost", "exception": "DeviceLost"}, "Device lost (DeviceLost)"),
        ({"message": "Null", "errorType": "NullReference"}, "Null (NullReference)"),
        ({"exception": "OutOfMemory"}, "OutOfMemory"),
        ({"title": "Lost", "stack_trace": [SYSTEM, APP]}, "Lost at Renderer::draw, renderer.cpp:97"),
        ({"title": "Lost", "stackTrace": [SYSTEM]}, "Lost at abort, abort.c:79"),
        ({"title": "Lost", "stack": [{"function": "first"}, SYSTEM]}, "Lost at first"),
        (
            {"title": "Lost", "stackTrace": "Error: lost\n  at draw (game.js:3)\n  at run (game.js:9)"},
            "Lost at draw (game.js:3)",
        ),
        ({"title": "Lost", "stack_trace": ["draw+0x12", "run"]}, "Lost at draw+0x12"),
        ({"title": 5, "stack_trace": {"not": "a list"}}, "5"),
        ({"title": ["no", "text"], "stack_trace": [1, None]}, UNTITLED),
        ({"title": "two\nlines\u202e and \x1b[31m"}, "two lines and [31m"),
    ],
)
def test_what_a_crash_is_called(props: dict[str, object], text: str) -> None:
    assert crash_text(json.dumps(props)) == text


def test_what_is_no_json_and_what_is_too_long() -> None:
    assert crash_text(None) == crash_text("nonsense") == crash_text("[1]") == UNTITLED
    assert len(crash_text(json.dumps({"title": "a" * 5000}))) == LENGTH_MAX
