"""What clients of many languages and habits send, and what is made of it: one thing that is odd costs nothing else."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playtrace.collect.countries import country_code
from playtrace.collect.instants import instant
from playtrace.collect.request import Receipt, Request
from playtrace.event import Batch, Event
from playtrace.protocols.events import sending as events
from playtrace.protocols.events.one_by_one import read_event
from playtrace.protocols.events.spellings import FIELDS, OTHER_SPELLINGS, variants

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
ID = "6f0d7c1e-6d3c-4b7b-9d0a-7e4b1a1f2c55"


def read_bytes(body: bytes, *, ndjson: bool = False) -> Batch:
    headers = {b"content-type": b"application/x-ndjson"} if ndjson else {}
    return events.read(Request("/api/events", {}, headers, body, NOW))


def read(document: Any) -> Batch:
    return read_bytes(json.dumps(document).encode())


def one(document: dict[str, Any]) -> Event:
    (event,) = read({"name": "a"} | document).events
    return event


def answer(batch: Batch) -> dict[str, Any]:
    return json.loads(events.reply(Receipt.of(batch)).body)


# ── one bad thing costs only itself ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ndjson", [False, True])
@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_null(word: str, *, ndjson: bool):
    lines = ['{"name":"a","x":1.5}', f'{{"name":"b","x":{word},"props":{{"dps":{word},"n":"NaN"}}}}', '{"name":"c"}']
    body = "\n".join(lines) if ndjson else f"[{','.join(lines)}]"
    batch = read_bytes(body.encode(), ndjson=ndjson)
    assert batch.refusals == []
    first, second, third = batch.events
    assert (first.x, second.x, second.props, third.name) == (1.5, None, {"dps": None, "n": "NaN"}, "c")
    assert answer(batch)["hints"] == ["2 NaN or Infinity, which JSON does not have, was read as null."]


def test_a_name_that_is_no_number_is_missing():
    batch = read_bytes(b'{"events":[{"name":"a"},{"name":NaN},{"name":"b","seq":NaN}],"platform":"linux"}')
    assert [(event.name, event.platform) for event in batch.events] == [("a", "linux"), ("b", "linux")]
    assert [(refusal.index, refusal.error) for refusal in batch.refusals] == [(1, "name: it is missing.")]
    assert batch.refusals[0].sample == '{"name":null}'


def test_a_number_beyond_all_numbers_costs_its_event():
    batch = read_bytes(b'[{"name":"a"},{"name":"b","x":1e999},{"name":"c"}]')
    assert [event.name for event in batch.events] == ["a", "c"]
    assert [refusal.index for refusal in batch.refusals] == [1]


@pytest.mark.parametrize("ndjson", [False, True])
def test_a_byte_of_another_encoding_costs_its_text(*, ndjson: bool):
    lines = [
        b'{"name":"a"}',
        b'{"name":"chat","props":{"text":"caf\xe9"}}',
        b'{"name":"b","player_id":"Ren\xe9"}',
        b'{"name":"c"}',
    ]
    batch = read_bytes(b"\n".join(lines) if ndjson else b"[" + b",".join(lines) + b"]", ndjson=ndjson)
    assert [event.name for event in batch.events] == ["a", "chat", "c"]
    assert batch.events[1].props == {"text": "caf\ufffd"}
    # Two players whose names differ in what was lost would become one.
    assert [(refusal.index, refusal.error) for refusal in batch.refusals] == [(2, "player_id: it is not UTF-8.")]
    assert answer(batch)["hints"] == ["Some bytes are not UTF-8, as JSON has to be: they became U+FFFD."]


def test_an_id_may_hold_the_sign_for_what_is_lost():
    assert one({"player_id": "Ren\ufffd", "extra": 1}).player_id == "Ren\ufffd"


EMPTY_FIELDS = [field for field in Event.__struct_fields__ if field != "name"]


@pytest.mark.parametrize("field", EMPTY_FIELDS)
def test_an_empty_text_is_an_absent_field(field: str):
    assert one({field: ""}) == Event(name="a")
    assert one({field: "", "extra": 1}) == Event(name="a", props={"extra": 1})


def test_what_some_languages_write_for_an_empty_object():
    assert one({"props": []}) == Event(name="a")


@pytest.mark.parametrize("unset", ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"])
def test_an_id_that_stands_for_none_is_none(unset: str):
    assert one({"event_id": unset, "extra": 1}).event_id is None


# ── numbers and texts ────────────────────────────────────────────────────────────────────────────────────

TEXT_FIELDS = [
    "game_id", "player_id", "session_id", "device_id", "env", "platform", "os", "version", "build", "region",
    "match_id", "level", "map", "currency",
]  # fmt: skip


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_a_number_for_a_text_is_its_digits(field: str):
    assert getattr(one({field: 7}), field) == "7"
    assert getattr(one({field: 2**64}), field) == "18446744073709551616"
    assert getattr(one({field: 1.5}), field) == "1.5"
    assert getattr(one({field: 1.0}), field) == ("1.0" if field in ("os", "version", "build") else "1")


def test_a_number_for_an_event_id():
    assert one({"event_id": 12}).event_id == one({"event_id": "12"}).event_id is not None


def test_whole_numbers_that_some_languages_write_as_floats():
    event = one({"seq": 1.0, "mono_ms": 5200.7})
    assert (event.seq, event.mono_ms) == (1, 5200)


@pytest.mark.parametrize("field", ["env", "platform", "os", "version", "build", "region", "currency"])
def test_a_text_that_is_too_long_is_cut_and_kept(field: str):
    text = "Windows 11 " * 8
    event = one({field: text})
    assert getattr(event, field) == text[:64]
    assert event.props == {field: text}


def test_real_ids_are_long():
    match = "match.bro.official.pc-2018-04.steam.squad.as.2018.04.27.09.e0d01a40-bac5-4ed0-b3d8-a3a7c4e4d5b1"
    event = one({"match_id": match, "level": "Assets/Scenes/World/Chapter 03/" + "Dungeon/" * 6 + "Boss.unity"})
    assert event.match_id == match
    assert event.props is None


@pytest.mark.parametrize(
    ("sent", "code"),
    [("USA", "US"), ("usa", "US"), ("United States", "US"), ("UK", "GB"), ("de", "DE"), ("Türkiye", "TR"),
     ("DEU", "DE"), ("Côte d'Ivoire", "CI"), ("The Netherlands", "NL"), ("South Korea", "KR"), ("St. Lucia", "LC")],
)  # fmt: skip
def test_a_country_by_any_name(sent: str, code: str):
    assert country_code(sent) == code
    assert one({"country": sent, "extra": 1}).country == code


@pytest.mark.parametrize("sent", ["XX", "ZZ", "T1", "EU", "Middle-earth", "??", "U"])
def test_what_is_no_country_is_kept_as_a_property(sent: str):
    event = one({"country": sent, "extra": 1})
    assert event.country is None
    assert event.props == {"extra": 1, "country": sent}


def test_severities_of_other_systems():
    sent = ["INFO", "debug", "warn", "error", "fatal", "Critical"]
    assert [one({"severity": word}).severity for word in sent] == [
        "info", "info", "warning", "warning", "critical", "critical"
    ]  # fmt: skip


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, 2**128 - 1, -(2**63) - 1])
def test_large_numbers_keep_all_their_digits(number: int):
    event = one({"props": {"steam": {"ids": [1, number]}, "n": number}})
    assert event.props == {"steam": {"ids": [1, str(number)]}, "n": str(number)}


@pytest.mark.parametrize(
    ("props", "told"),
    [
        (
            {"itemPackage": {"items": [{"attachedItems": {"a": {"b": {"c": {"d": {"e": 1}}}}}}]}},
            "props.itemPackage.items[0].attachedItems.a.b.c.d: deeper than 8 levels.",
        ),
        ({"seed": 2**128}, "props.seed: larger than 2^128."),
        ({"a": [{"": 1}]}, "props.a[0]: has a property without a name."),
        ({"a": {"k" * 257: 1}}, "props.a: the name of a property has at most 256 characters."),
    ],
)
def test_what_is_beyond_a_limit_is_told_with_its_whole_path(props: dict[str, Any], told: str):
    assert [refusal.error for refusal in read([{"name": "a", "props": props}]).refusals] == [told]


def test_a_path_has_an_end():
    deep: Any = 1
    for number in range(20):
        deep = {f"{number}" + "k" * 200: deep}
    (refusal,) = read([{"name": "a", "props": deep}]).refusals
    assert len(refusal.error) < 300


# ── times ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [("2018-04-27T09:14:41.7057369+00:00", 705737), ("2018-04-27 09:14:41.7057369", 705737),
     ("2018-04-27T09:14:41,7057364+00:00", 705736), ("20180427T091441.7057369Z", 705737),
     ("2018-04-27T09:14:41.5Z", 500000)],
)  # fmt: skip
def test_one_instant_whatever_is_beside_it(text: str, microsecond: int):
    alone = instant(text)
    assert alone is not None
    assert alone.microsecond == microsecond
    for document in (
        {"name": "a", "time": text},
        {"eventType": "a", "timestamp": text},
        {"name": "a", "time": text, "extra": 1},
        [{"name": "a", "time": text}, {"name": 1}],
    ):
        assert read(document).events[0].time == alone


def test_numbers_of_any_fineness():
    seconds = 1_774_004_400
    assert {instant(seconds * 10**power) for power in (0, 3, 6, 9)} == {dt.datetime(2026, 3, 20, 11, tzinfo=dt.UTC)}


# ── spellings ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("field", OTHER_SPELLINGS)
def test_spellings_of_other_systems(field: str):
    value: Any = {"time": "2026-03-20T11:00:00Z", "props": {"n": 1}, "value": 4.5, "country": "DE", "event_id": ID}.get(
        field, "word"
    )
    expected = getattr(read_event({"name": "a", field: value}, {}), field)
    for spelling in OTHER_SPELLINGS[field]:
        for written in variants(spelling):
            sent: dict[str, Any] = {written: value} if field == "name" else {"name": "a", written: value}
            assert getattr(read(sent).events[0], field) == expected, written


def test_every_field_is_found_in_every_case():
    assert {FIELDS[name][0] for name in ("player_id", "playerId", "playerID", "PlayerId", "PlayerID")} == {"player_id"}
    assert {FIELDS[name][0] for name in ("userId", "user_id", "UserID", "distinct_id")} == {"player_id"}


def test_amount_and_currency_code_are_revenue():
    event = one({"name": "purchase", "userId": "p1", "amount": 4.99, "currency_code": "EUR", "map_id": "keep"})
    assert (event.player_id, event.value, event.currency, event.map) == ("p1", 4.99, "EUR", "keep")


@pytest.mark.parametrize("order", list(itertools.permutations(["time", "timestamp", "ts"])))
def test_our_own_name_counts_whatever_the_order(order: tuple[str, ...]):
    times = {"time": 123.4, "timestamp": "2026-03-20T11:00:00Z", "ts": 5}
    event = one({key: times[key] for key in order})
    assert event.time == dt.datetime.fromtimestamp(123.4, dt.UTC)
    assert event.props == {"timestamp": "2026-03-20T11:00:00Z", "ts": 5}


def test_the_same_twice_is_there_once():
    event = one({"player_id": "p1", "user_id": "p1"})
    assert (event.player_id, event.props) == ("p1", None)


def test_nothing_disappears_where_names_meet():
    event = one({"payload": {"a": 1, "b": 1}, "props": {"a": 2}, "a": 3, "b": 4})
    assert event.props == {"a": 2, "payload": {"a": 1, "b": 1}, "_a": 3, "b": 4}
    event = one({"payload": {"a": 1}, "a": 2, "_a": 3})
    assert event.props == {"a": 1, "_a": 2, "__a": 3}


def test_what_only_looks_like_a_spelling_is_a_property():
    assert one({"params": "n=1", "user_id": {"id": 5}, "event": {"x": 1}}).props == {
        "params": "n=1", "user_id": {"id": 5}, "event": {"x": 1}
    }  # fmt: skip


# ── envelopes ────────────────────────────────────────────────────────────────────────────────────────────

AROUND = {"game_id": "arena", "player_id": "p1", "platform": "linux", "session_id": "s1", "version": "1.2"}


@pytest.mark.parametrize(
    "around", [AROUND, {"gameId": "arena", "playerId": "p1", "platform": "linux", "sessionId": "s1", "version": "1.2"}]
)
@pytest.mark.parametrize("beside", [{}, {"own": 1}], ids=["at full speed", "one by one"])
def test_what_stands_beside_events_holds_for_each(around: dict[str, Any], beside: dict[str, Any]):
    batch = read(around | {"events": [{"name": "a"} | beside, {"name": "b", "player_id": "p2"} | beside]})
    props = beside or None
    assert batch.events == [
        Event(name="a", props=props, **AROUND),
        Event(name="b", props=props, **(AROUND | {"player_id": "p2"})),
    ]
    assert batch.hints == []


def test_properties_beside_events():
    batch = read(
        {"properties": {"mode": "ranked", "n": 1}, "events": [{"name": "a", "props": {"n": 2}}, {"name": "b"}]}
    )
    assert [event.props for event in batch.events] == [{"mode": "ranked", "n": 2}, {"mode": "ranked", "n": 1}]


def test_what_is_not_read_beside_events_is_told():
    batch = read({"api_key": "secret", "time": 5, "events": [{"name": "a"}]})
    assert batch.events == [Event(name="a")]
    assert answer(batch) == {"accepted": 1, "rejected": [], "hints": ["Not read beside events: api_key, time."]}


def test_many_keys_beside_events_are_not_all_told():
    batch = read({"events": [{"name": "a"}]} | {f"k{number}": 1 for number in range(1000)})
    assert batch.hints == ["Not read beside events: k0, k1, k10, k100, k101 and 995 more."]


def test_a_wrong_default_is_told_for_each():
    batch = read({"platform": ["linux"], "events": [{"name": "a"}, {"name": "b"}]})
    assert [refusal.error.partition(":")[0] for refusal in batch.refusals] == ["platform", "platform"]


# ── whatever else ────────────────────────────────────────────────────────────────────────────────────────


words = st.sampled_from(sorted(FIELDS)) | st.text(max_size=5)
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3))


@given(st.dictionaries(words, values, max_size=6))
def test_no_value_disappears(sent: dict[str, Any]):
    """What is taken holds each value that was sent, in a field or in a property; NaN and what is empty aside."""
    batch = read_bytes(json.dumps({"name": "a"} | sent).encode())
    for event in batch.events:
        text = json.dumps([str(getattr(event, field)) for field in Event.__struct_fields__])
        for key, value in sent.items():
            if (
                isinstance(value, str)
                and value.isalnum()
                and value.isascii()
                and FIELDS.get(key, ("",))[0] not in SET_RIGHT
            ):
                assert value in text
        json.loads(events.reply(Receipt.of(batch)).body)


SET_RIGHT = {"country", "severity", "time", "event_id"}
"""Fields whose text is another one as it is stored."""
