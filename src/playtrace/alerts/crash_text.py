"""What a crash is called, until crashes are grouped: its title, and the frame on top of its stack, as text.

Clients spell these in many ways; what is not there is left out.
"""

from __future__ import annotations

import json
from typing import Any, cast

from playtrace.alerts.message import on_one_line

TITLE = ("title", "message", "error", "reason_text", "name")
EXCEPTION = ("exception", "type", "error_type", "exception_type", "signal")
STACK = ("stack_trace", "stacktrace", "stack", "backtrace", "frames")
LENGTH_MAX = 200
UNTITLED = "a crash without a title"


def crash_text(props: str | None) -> str:
    """Of the properties of a `crash` event, as JSON."""
    try:
        read: Any = json.loads(props) if props else {}
    except ValueError:
        read = {}
    sent = {_spelled(key): value for key, value in read.items()} if isinstance(read, dict) else {}
    title, exception = _text(sent, TITLE), _text(sent, EXCEPTION)
    frame = next((found for name in STACK if (found := _top_frame(sent.get(name)))), "")
    called = title or exception or UNTITLED
    if title and exception and exception.lower() not in title.lower():
        called = f"{title} ({exception})"
    whole = f"{called} at {frame}" if frame and frame not in called else called
    return whole if len(whole) <= LENGTH_MAX else whole[: LENGTH_MAX - 1] + "…"


def _spelled(key: str) -> str:
    """`stackTrace` as `stack_trace`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key).lstrip("_")


def _text(sent: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        if isinstance(value := sent.get(name), str | int) and on_one_line(str(value)):
            return on_one_line(str(value))
    return ""


def _top_frame(stack: object) -> str:
    if isinstance(stack, str):
        lines = [line for text in stack.splitlines() if (line := on_one_line(text))]
        # The first line of many says what happened, the next ones where.
        framed = [line for line in lines if line.startswith(("at ", "#0", "0 ")) or "(" in line]
        return (framed or lines or [""])[0].removeprefix("at ")
    if not isinstance(stack, list):
        return ""
    frames = [cast("dict[str, Any]", frame) for frame in cast("list[Any]", stack) if isinstance(frame, dict)]
    if not frames:
        return next((on_one_line(frame) for frame in cast("list[Any]", stack) if isinstance(frame, str)), "")
    # What is of the game says more than where the system ended it.
    top = max(frames, key=lambda frame: {True: 2, None: 1}.get(frame.get("in_app", frame.get("inApp")), 0))
    function = _text(top, ("function", "method", "name", "symbol"))
    file, line = _text(top, ("file", "filename", "path")), _text(top, ("line", "lineno", "line_number"))
    place = f"{file}:{line}" if file and line else file
    return ", ".join(part for part in (function, place) if part)
