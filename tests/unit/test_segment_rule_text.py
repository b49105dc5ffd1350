"""A rule as a line of text, in JSON and in words; and what is no rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from playtrace.segments.rules import CONDITIONS_MAX, DEPTH_MAX, RULE, read_rule, written_rule
from playtrace.segments.text import LENGTH_MAX, UnreadableRule, read_text
from playtrace.segments.words import in_words


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("did purchase", {"did": "purchase"}, "did purchase"),
        (
            "did level_complete where level:5 times >= 1 first 1 day",
            {"did": "level_complete", "where": ["level:5"], "times": {"atLeast": 1}, "within": {"firstDays": 1}},
            "did level_complete at least 1 times where level:5 within 1 day of coming",
        ),
        (
            "not did purchase where currency:USD value > 10.5 <= 1000 last 30 days",
            {
                "not": {
                    "did": "purchase",
                    "where": ["currency:USD"],
                    "valueSum": {"above": 10.5, "atMost": 1000},
                    "within": {"lastDays": 30},
                }
            },
            "are not those who did purchase with values of at most 1,000 and more than 10.5 in all where currency:USD"
            " in the last 30 days",
        ),
        # `and` binds closer than `or`.
        (
            'first_platform windows,"a, b" or sessions < 3 and net_spend >= 0 in EUR from 2026-03-01 to 2026-03-31',
            {
                "any": [
                    {"firstPlatform": ["windows", "a, b"]},
                    {
                        "all": [
                            {"sessions": {"below": 3}},
                            {
                                "netSpend": {"atLeast": 0},
                                "currency": "EUR",
                                "within": {"from": "2026-03-01", "to": "2026-03-31"},
                            },
                        ]
                    },
                ]
            },
            "came on platform 'windows' or 'a, b', or who (began less than 3 sessions, and who spent at least 0 EUR net"
            " of refunds from 2026-03-01 to 2026-03-31)",
        ),
        (
            '(first_seen last 7 days and days_active > 2) and experiment "the button" red',
            {
                "all": [
                    {"all": [{"firstSeen": {"lastDays": 7}}, {"daysActive": {"above": 2}}]},
                    {"experiment": "the button", "group": ["red"]},
                ]
            },
            "(were first seen in the last 7 days, and who were active on more than 2 days), and who are in group 'red'"
            " of experiment 'the button'",
        ),
        (
            'did chat where props.text:"a (b)" and last_version 1.1 and first_country DE and first_version 1.0',
            {
                "all": [
                    {"did": "chat", "where": ['props.text:"a (b)"']},
                    {"lastVersion": ["1.1"]},
                    {"firstCountry": ["DE"]},
                    {"firstVersion": ["1.0"]},
                ]
            },
            "did chat where props.text:\"a (b)\", and who last played version '1.1', and who came from country 'DE',"
            " and who came with version '1.0'",
        ),
    ],
)
def test_text_json_and_words(text: str, rule: dict[str, Any], words: str) -> None:
    assert read_text(text) == rule
    read = RULE.validate_python(rule)
    assert in_words(read) == f"players who {words}"
    # What is kept says the same, and nothing else.
    assert json.loads(written_rule(read)) == rule
    assert read_rule(written_rule(read)) == read


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "at its end: expected `not`, `(` or one of did, "),
        ("jumped", "before 'jumped' (word 1)"),
        ("did", "the name of an event"),
        ("did a b", "before 'b' (word 3): expected `and`, `or` or the end"),
        ("did a times", "`>=`, `<=`, `>` or `<`, and a number"),
        ("did a times >= many", "a number"),
        ("did a last 3 weeks", "`days`"),
        ("did a and (did b", "at its end: expected `)`"),
        ("first_seen", "`from`, `to` or `last`"),
        ('first_platform "windows', "before 'windows'"),
        ("not " * 100 + "did a", "brackets and nots"),
        ("(" * 5_000, "brackets and nots"),
        ("a" * (LENGTH_MAX + 1), "at most 10,000 characters"),
    ],
)
def test_what_is_no_text_of_a_rule(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableRule) as refused:
        read_text(text)
    assert sentence in str(refused.value)


def nested(depth: int) -> dict[str, Any]:
    rule: dict[str, Any] = {"did": "a"}
    for _ in range(depth - 1):
        rule = {"not": rule}
    return rule


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({}, "expected an object with one of all, any, not, did, "),
        ([], "expected an object with one of"),
        ({"any": []}, "at least 1 item"),
        ({"any": "did a"}, "valid list"),
        ({"did": ""}, "at least 1 character"),
        ({"did": "a", "when": 1}, "not permitted"),
        ({"did": "a", "not": {"did": "b"}}, "not permitted"),
        ({"did": "a", "where": ["level"]}, "Expected FIELD:VALUE"),
        ({"did": "a", "where": ["nothing:1"]}, "There is no field 'nothing'"),
        ({"did": "a", "times": {}}, "expected `atLeast`, `atMost`, `above` or `below`"),
        ({"did": "a", "times": {"atLeast": "2"}}, "valid number"),
        ({"did": "a", "within": {}}, "expected either `from` and `to`, or `lastDays`, or `firstDays`"),
        ({"did": "a", "within": {"lastDays": 1, "firstDays": 1}}, "expected either"),
        ({"did": "a", "within": {"lastDays": 0}}, "greater than or equal to 1"),
        ({"did": "a", "within": {"from": "2026-03-02", "to": "2026-03-01"}}, "`from` must not lie after `to`"),
        ({"did": "a", "within": {"from": 1_772_359_200}}, "expected a day, such as 2026-03-01"),
        ({"did": "a", "within": {"from": "2026-02-30"}}, "expected a day"),
        ({"firstSeen": {"firstDays": 1}}, "expected either `from` and `to`, or `lastDays`"),
        ({"experiment": "a"}, "required"),
        (nested(DEPTH_MAX + 1), f"at most {DEPTH_MAX} levels deep"),
        (nested(100_000), f"at most {DEPTH_MAX} levels deep"),
        ({"any": [{"did": "a"}] * (CONDITIONS_MAX + 1)}, f"at most {CONDITIONS_MAX} conditions"),
        ({"any": [{"all": [{"did": "a"}] * 20}] * 2}, f"at most {CONDITIONS_MAX} conditions"),
    ],
)
def test_what_is_no_rule(rule: Any, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        RULE.validate_python(rule)
    assert sentence in str(refused.value.errors()[0]["msg"])


def test_as_much_as_a_rule_may_have() -> None:
    RULE.validate_python(nested(DEPTH_MAX))
    RULE.validate_python({"any": [{"did": "a"}] * CONDITIONS_MAX})
