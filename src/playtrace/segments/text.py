"""A rule as a line that people type, read into the JSON form of `rules.py`.

    did level_complete where level:5 first 1 days and not did purchase value > 10 last 30 days

    rule       all ("or" all)*
    all        one ("and" one)*
    one        "not" one | "(" rule ")" | condition
    condition  "did" NAME ("where" FILTER)* ("times" BOUND+)? ("value" BOUND+)? window
               "first_seen" window
               "first_platform" VALUES, and so "first_version", "first_country" and "last_version"
               "days_active" BOUND+ window
               "sessions" BOUND+ window
               "net_spend" BOUND+ ("in" CURRENCY)? window
               "experiment" NAME VALUES
    window     nothing | "last" N "days" | "first" N "days" | ("from" DAY)? ("to" DAY)?
    BOUND      (">=" | "<=" | ">" | "<") NUMBER
    VALUES     windows,linux

What holds a space, a comma or a sign stands in quotation marks: `"a b"`.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from playtrace.segments.rules import DEPTH_MAX

LENGTH_MAX = 10_000
"""Characters of a text."""
NESTED_MAX = 4 * DEPTH_MAX
"""Brackets and nots around a condition: more than any rule has."""
WORD = re.compile(r'\s*([()]|[<>]=?|(?:[^\s()<>"]|"(?:\\.|[^"\\])*")+|.)')
BOUNDS = {">=": "atLeast", "<=": "atMost", ">": "above", "<": "below"}
LISTS = {
    "first_platform": "firstPlatform",
    "first_version": "firstVersion",
    "first_country": "firstCountry",
    "last_version": "lastVersion",
}
COUNTS = {"days_active": "daysActive", "sessions": "sessions", "net_spend": "netSpend"}
CONDITIONS = ("did", "first_seen", *LISTS, *COUNTS, "experiment")


class UnreadableRule(ValueError):
    """The text is no rule; the message says where, and what was expected."""


def read_text(text: str) -> dict[str, Any]:
    """The JSON form of a rule. Raises `UnreadableRule`; whether its values fit is looked at by `rules.py`."""
    if len(text) > LENGTH_MAX:
        raise UnreadableRule(f"A rule has at most {LENGTH_MAX:,} characters, this one {len(text):,}.")
    words = _Words([found[1] for found in WORD.finditer(text.strip())])
    rule = _any(words, 0)
    if words.next is not None:
        words.refuse("`and`, `or` or the end")
    return rule


class _Words:
    """The words of a text, and how far they are read."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._read = 0

    @property
    def next(self) -> str | None:
        return self._words[self._read] if self._read < len(self._words) else None

    def take(self, *wanted: str) -> str | None:
        """The next word, if it is one of these."""
        if self.next not in wanted:
            return None
        self._read += 1
        return self._words[self._read - 1]

    def value(self, expected: str) -> str:
        """The next word, whatever it is, as it was typed."""
        if self.next is None or self.next in "()<>=":
            self.refuse(expected)
        self._read += 1
        return self._words[self._read - 1]

    def number(self, expected: str) -> float:
        text = self.next or ""
        try:
            number = float(text)
        except ValueError:
            self.refuse(expected)
        self._read += 1
        return int(number) if re.fullmatch(r"-?\d{1,18}", text) else number

    def refuse(self, expected: str) -> NoReturn:
        where = "at its end" if self.next is None else f"before {self.next!r} (word {self._read + 1})"
        raise UnreadableRule(f"The rule cannot be read {where}: expected {expected}.")


def _any(words: _Words, nested: int) -> dict[str, Any]:
    parts = [_all(words, nested)]
    while words.take("or"):
        parts.append(_all(words, nested))
    return parts[0] if len(parts) == 1 else {"any": parts}


def _all(words: _Words, nested: int) -> dict[str, Any]:
    parts = [_one(words, nested)]
    while words.take("and"):
        parts.append(_one(words, nested))
    return parts[0] if len(parts) == 1 else {"all": parts}


def _one(words: _Words, nested: int) -> dict[str, Any]:
    if nested > NESTED_MAX:
        words.refuse(f"at most {NESTED_MAX} brackets and nots around a condition")
    if words.take("not"):
        return {"not": _one(words, nested + 1)}
    if words.take("("):
        rule = _any(words, nested + 1)
        if not words.take(")"):
            words.refuse("`)`")
        return rule
    return _condition(words)


def _condition(words: _Words) -> dict[str, Any]:
    kind = words.take(*CONDITIONS)
    if kind is None:
        words.refuse(f"`not`, `(` or one of {', '.join(CONDITIONS)}")
    if kind == "did":
        return _did(words)
    if kind == "first_seen":
        return {"firstSeen": _window(words) or words.refuse("`from`, `to` or `last`")}
    if kind in LISTS:
        return {LISTS[kind]: _values(words)}
    if kind == "experiment":
        return {"experiment": _plain(words.value("the name of an experiment")), "group": _values(words)}
    condition: dict[str, Any] = {COUNTS[kind]: _bounds(words)}
    if kind == "net_spend" and words.take("in"):
        condition["currency"] = _plain(words.value("a currency"))
    return _within(condition, words)


def _did(words: _Words) -> dict[str, Any]:
    condition: dict[str, Any] = {"did": _plain(words.value("the name of an event"))}
    while words.take("where"):
        condition.setdefault("where", []).append(words.value("FIELD:VALUE, such as level:5"))
    if words.take("times"):
        condition["times"] = _bounds(words)
    if words.take("value"):
        condition["valueSum"] = _bounds(words)
    return _within(condition, words)


def _within(condition: dict[str, Any], words: _Words) -> dict[str, Any]:
    window = _window(words)
    return condition | {"within": window} if window else condition


def _window(words: _Words) -> dict[str, Any]:
    kind = words.take("last", "first")
    if kind is not None:
        days = words.number("a number of days")
        if not words.take("day", "days"):
            words.refuse("`days`")
        return {f"{kind}Days": days}
    window: dict[str, Any] = {}
    while kind := words.take("from", "to"):
        window[kind] = words.value("a day, such as 2026-03-01")
    return window


def _bounds(words: _Words) -> dict[str, float]:
    bounds: dict[str, float] = {}
    while sign := words.take(*BOUNDS):
        bounds[BOUNDS[sign]] = words.number("a number")
    if not bounds:
        words.refuse("`>=`, `<=`, `>` or `<`, and a number")
    return bounds


def _values(words: _Words) -> list[str]:
    word = words.value("values, such as windows,linux")
    return [_plain(part) for part in re.findall(r'(?:[^,"]|"(?:\\.|[^"\\])*")+', word)]


def _plain(word: str) -> str:
    """Without its quotation marks."""
    if word.startswith('"'):
        try:
            return str(json.loads(word))
        except ValueError:
            raise UnreadableRule(f"A quotation mark is not closed in {word!r}.") from None
    return word
