"""What the JSON decoder finds wrong, in words for somebody who sends JSON: the field first, then what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable

from playtrace.event import Severity

JSON_WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "text",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "uuid": "a UUID",
    "datetime": "a time",
}
"""What the decoder's types are called by somebody who sends JSON."""


def _types_in_words(found: re.Match[str]) -> str:
    return f"{found[1]} " + " or ".join(JSON_WORDS.get(name, name) for name in found[2].split(" | "))


IN_WORDS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"\b(Expected|got) `([^`]+)`", _types_in_words),
    (r"of length >= (\d+)", r"of at least \1 characters"),
    (r"of length <= (\d+)", r"of at most \1 characters"),
    (r"text of at least 1 characters", "text that is not empty"),
    (r"object of at most (\d+) characters", r"object of at most \1 keys"),
    (r"Object missing required field `(\w+)`", r"\1: it is missing"),
    (r"Invalid enum value ('.*?')", rf"\1 is none of {', '.join(Severity)}"),
)
"""How the decoder puts it, and how we do."""


def sentence(error: Exception) -> str:
    """The decoder's message in words of JSON and with the field first: `x: expected a number or null, got text.`"""
    text = str(error).removesuffix(".")
    for pattern, words in IN_WORDS:
        text = re.sub(pattern, words, text)
    what, _, where = text.partition(" - at `")
    if not where:
        return f"{text}."
    # Where is `$.props.x`, or "key` in `$.props" when it is about a key.
    field = where.partition("$")[2].rstrip("`").lstrip(".") or "event"
    of_key = " as a key" if where.startswith("key") else ""
    return f"{field}: {what[:1].lower()}{what[1:]}{of_key}."
