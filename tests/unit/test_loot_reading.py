"""Loot stat sheets: what becomes of a sheet, and what a wrong one is told."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_events import recorded_events

from playtrace.collect.request import Receipt, Request
from playtrace.event import EVENT_BYTES_MAX, Batch, RefusalReason
from playtrace.journal.entry import encode
from playtrace.problems import Malformed, Problem, TooLarge
from playtrace.protocols.loot import sending as loot

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
GOOD: dict[str, Any] = {"match_id": "m1", "player_id": "p1", "looted_items": {"medkit": 2, "grenade": 0}}
FULL: dict[str, Any] = {
    **GOOD,
    "locations": {"medkit": [1, 2.5], "grenade": [3, 4]},
    "timestamp": "2026-03-20T11:00:00+01:00",
    "match_duration": 312.5,
    "player_level": 7,
    "events": [
        {"event_type": "door_opened", "timestamp": 1773993600, "details": {"x": 10, "y": 20.5, "door": "north"}},
        {"event_type": "item_looted"},
    ],
    "custom_stats": {"headshots": 3, "favourite": {"weapon": "bow"}},
}

hostile_text = st.sampled_from(
    ["'; DROP TABLE events; --", "<script>alert(1)</script>", "\0", "a\0b", "$name", "{{7*7}}", "", "é" * 70, "\u202e"]
)
hostile_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=80)
    | hostile_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=70) | hostile_text, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
text = hostile_text | st.text(min_size=1, max_size=64)
number = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63 - 1)
likely_sheets = st.fixed_dictionaries(
    {
        "match_id": text,
        "player_id": text,
        "looted_items": st.dictionaries(text, st.integers(-1, 2_000_000), max_size=4),
    },
    optional={
        "locations": st.dictionaries(text, st.lists(number, min_size=1, max_size=3), max_size=3),
        "timestamp": text | number | hostile_json,
        "match_duration": number,
        "player_level": number,
        "events": st.lists(
            st.fixed_dictionaries(
                {"event_type": text},
                optional={"timestamp": text | number, "details": hostile_json, "more": hostile_json},
            ),
            max_size=3,
        ),
        "custom_stats": hostile_json,
        "more": hostile_json,
    },
)


def request(body: bytes, **fields: Any) -> Request:
    return Request(**{"path": "/api/submit", "query": {}, "headers": {}, "body": body, "received_at": NOW} | fields)


def read(document: Any, **fields: Any) -> Batch:
    return loot.read(request(json.dumps(document).encode(), **fields))


def refusal_of(document: Any) -> str:
    batch = read(document)
    assert not batch.events
    (refusal,) = batch.refusals
    assert refusal.reason is RefusalReason.INVALID
    return refusal.error


def test_a_sheet_becomes_its_events_in_order():
    batch = read(FULL)
    sheet, medkit, door, again = batch.events
    assert {(event.match_id, event.player_id) for event in batch.events} == {("m1", "p1")}
    assert all(event.event_id is None for event in batch.events)

    assert sheet.name == "stat_sheet"
    assert sheet.time == dt.datetime(2026, 3, 20, 10, tzinfo=dt.UTC)
    assert sheet.props == {key: FULL[key] for key in FULL if key not in ("match_id", "player_id", "events")}

    assert (medkit.name, medkit.props, medkit.value) == ("item_looted", {"item": "medkit", "count": 2}, 2)
    assert (medkit.x, medkit.y, medkit.time) == (1, 2.5, sheet.time)

    assert (door.name, door.props, door.value) == ("door_opened", {"x": 10, "y": 20.5, "door": "north"}, None)
    assert (door.x, door.y) == (10, 20.5)
    assert door.time == dt.datetime.fromtimestamp(1773993600, dt.UTC)
    # An entry of that name is no item of the sheet: it has no value.
    assert (again.name, again.value, again.time) == ("item_looted", None, sheet.time)


def test_the_least_sheet():
    sheet, medkit = read(GOOD).events
    assert sheet.time is None
    assert medkit.x is None


def test_the_answer_has_the_journals_offset_as_id():
    receipt = Receipt.of(read(GOOD))
    receipt.offset = 41
    reply = loot.reply(receipt)
    assert reply.status == 201
    answer = json.loads(reply.body)
    assert answer.pop("message")
    assert answer == {"success": True, "id": 41, "timestamp": "2026-03-20T12:00:00Z"}


@pytest.mark.parametrize("field", ["match_id", "player_id", "looted_items"])
def test_a_missing_field_is_named(field: str):
    document = {key: value for key, value in GOOD.items() if key != field}
    assert refusal_of(document) == f"Missing required field: {field}"


def test_the_first_missing_field_is_named():
    assert refusal_of({}) == "Missing required field: match_id"
    assert refusal_of({**GOOD, "events": [{}]}) == "Missing required field: events[0].event_type"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"match_id": 5}, "match_id"),
        ({"match_id": ""}, "match_id"),
        ({"player_id": "p" * 257}, "player_id"),
        ({"looted_items": ["medkit"]}, "looted_items"),
        ({"looted_items": {"medkit": "2"}}, "looted_items"),
        ({"looted_items": {"medkit": -1}}, "looted_items"),
        ({"looted_items": {"medkit": 1_000_001}}, "looted_items"),
        ({"looted_items": {"medkit": 1.5}}, "looted_items"),
        ({"locations": {"medkit": [1]}}, "locations"),
        ({"locations": {"medkit": ["1", "2"]}}, "locations"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": 1e300}, "timestamp"),
        ({"match_duration": -1}, "match_duration"),
        ({"player_level": "seven"}, "player_level"),
        ({"events": {}}, "events"),
        ({"events": [{"event_type": "a"}, {"event_type": "b", "timestamp": "x"}]}, "events[1].timestamp"),
        ({"events": [{"event_type": "a", "details": 5}]}, "events[0].details"),
        ({"custom_stats": []}, "custom_stats"),
    ],
)
def test_a_wrong_field_is_named(wrong: dict[str, Any], field: str):
    assert refusal_of({**GOOD, **wrong}).startswith(field)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"match_id": nan}'])
def test_a_body_that_is_not_json(body: bytes):
    with pytest.raises(Malformed) as raised:
        loot.read(request(body))
    reply = loot.refuse(raised.value)
    assert reply.status == 400
    assert list(json.loads(reply.body)) == ["error"]


def test_a_body_that_is_no_object():
    assert refusal_of([GOOD])


def test_a_sheet_is_taken_whole_or_not_at_all():
    fits = {**GOOD, "custom_stats": {f"{i:04d}": "x" * 100 for i in range(200)}}
    assert len(read(fits).events) == 2
    with pytest.raises(TooLarge):
        read({**GOOD, "custom_stats": {"text": "x" * EVENT_BYTES_MAX}})
    with pytest.raises(TooLarge):
        read({**GOOD, "events": [{"event_type": "a"}, {"event_type": "b", "details": {"text": "x" * EVENT_BYTES_MAX}}]})
    with pytest.raises(TooLarge):
        read({**GOOD, "events": [{"event_type": "a"}] * 10_000})


def test_many_small_events_fit():
    assert (
        len(read({**GOOD, "events": [{"event_type": "step", "details": {"n": n}} for n in range(5000)]}).events) == 5002
    )


def test_the_game_comes_from_the_address_where_there_is_no_key():
    assert {event.game_id for event in read(FULL, query={"gameId": "bunker"}).events} == {"bunker"}
    assert {event.game_id for event in read(FULL, query={"game_id": "bunker"}).events} == {"bunker"}
    with pytest.raises(Malformed):
        read(FULL, query={"gameId": ""})


@given(likely_sheets | hostile_json)
def test_whatever_a_sheet_is_it_is_taken_or_refused(document: Any):
    try:
        taken = read(document)
    except Problem as error:
        assert list(json.loads(loot.refuse(error).body)) == ["error"]
        return
    assert bool(taken.events) != bool(taken.refusals)
    assert recorded_events(encode(taken).body) == taken.events


@given(st.binary(max_size=60))
def test_whatever_the_bytes_are_they_are_taken_or_refused(body: bytes):
    try:
        assert loot.read(request(body)).refusals
    except Problem as error:
        assert isinstance(error, Malformed)


def nested(levels: int) -> Any:
    return 1 if levels == 0 else {"a": nested(levels - 1)}


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"custom_stats": nested(8)}, "sheet.custom_stats.a.a.a.a.a.a.a: deeper than 8 levels."),
        ({"custom_stats": {"hash": 2**128}}, "sheet.custom_stats.hash: larger than 2^128."),
        ({"events": [{"event_type": "a", "details": {"b": [{"": 1}]}}]}, "events[0].details.b[0]: has a property"),
    ],
)
def test_the_whole_path_of_what_is_beyond_a_limit(more: dict[str, Any], error: str):
    (refusal,) = read(GOOD | more).refusals
    assert refusal.error.startswith(error)


def test_large_numbers_stay_whole():
    details = {"event_type": "a", "details": {"seed": 2**63}}
    sheet, _, entry = read(GOOD | {"custom_stats": {"hash": 2**64 - 1}, "events": [details]}).events
    assert (sheet.props or {})["custom_stats"] == {"hash": str(2**64 - 1)}
    assert entry.props == {"seed": str(2**63)}
