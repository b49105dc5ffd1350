"""`POST /api/events`: every shape and spelling, every limit, and what a wrong event is told."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import time
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from recorded_events import recorded_events

from playtrace.collect.request import Receipt, Request
from playtrace.event import (
    EVENTS_PER_REQUEST_MAX,
    ID_LENGTH_MAX,
    NAME_LENGTH_MAX,
    PROPERTIES_MAX,
    PROPERTY_DEPTH_MAX,
    SAMPLE_BYTES_MAX,
    Batch,
    Event,
    RefusalReason,
    Severity,
)
from playtrace.journal.entry import encode
from playtrace.problems import Malformed, Problem, TooLarge
from playtrace.protocols.events import sending as events
from playtrace.protocols.events.spellings import variants

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
ID = "6f0d7c1e-6d3c-4b7b-9d0a-7e4b1a1f2c55"
OWN: dict[str, Any] = {
    "name": "purchase", "game_id": "arena", "event_id": ID, "time": "2026-03-20T11:00:00Z", "seq": 3, "mono_ms": 1500,
    "player_id": "p1", "session_id": "s1", "device_id": "d1", "env": "dev", "platform": "windows", "os": "Windows 11",
    "version": "1.2", "build": "77", "severity": "warning", "match_id": "m1", "level": "l1", "map": "keep", "x": 1.0,
    "y": 2.0, "z": 3.0, "value": 4.99, "currency": "EUR", "props": {"item": "sword", "tags": ["a", {"b": 1}]},
}  # fmt: skip
CLIENT: dict[str, Any] = {
    "eventType": "purchase", "gameId": "arena", "eventId": ID, "timestamp": "2026-03-20T11:00:00Z", "seq": 3,
    "monoMs": 1500, "playerId": "p1", "sessionId": "s1", "deviceId": "d1", "env": "dev", "platform": "windows",
    "os": "Windows 11", "version": "1.2", "build": "77", "severity": "warning", "matchId": "m1", "level": "l1",
    "map": "keep", "x": 1.0, "y": 2.0, "z": 3.0, "value": 4.99, "currency": "EUR",
    "payload": {"item": "sword", "tags": ["a", {"b": 1}]},
}  # fmt: skip
MIXED = {"type": OWN["name"], "gameId": "arena", "id": ID, "timestamp": OWN["time"], "mono_ms": 1500, "playerId": "p1",
         "session_id": "s1", "deviceId": "d1", "properties": OWN["props"],
         **{key: OWN[key] for key in ("seq", "env", "platform", "os", "version", "build", "severity", "level", "map",
                                      "x", "y", "z", "value", "currency")}, "matchId": "m1"}  # fmt: skip
EXPECTED = Event(
    name="purchase", game_id="arena", event_id=uuid.UUID(ID), time=dt.datetime(2026, 3, 20, 11, tzinfo=dt.UTC), seq=3,
    mono_ms=1500, player_id="p1", session_id="s1", device_id="d1", env="dev", platform="windows", os="Windows 11",
    version="1.2", build="77", severity=Severity.WARNING, match_id="m1", level="l1", map="keep", x=1.0, y=2.0, z=3.0,
    value=4.99, currency="EUR", props={"item": "sword", "tags": ["a", {"b": 1}]},
)  # fmt: skip


def read_bytes(body: bytes, *, ndjson: bool = False) -> Batch:
    headers = {b"content-type": b"application/x-ndjson" if ndjson else b"application/json"}
    return events.read(Request("/api/events", {}, headers, body, NOW))


def read(document: Any) -> Batch:
    return read_bytes(json.dumps(document).encode())


def refusals(batch: Batch) -> list[tuple[int, str]]:
    return [(refusal.index, refusal.reason.value) for refusal in batch.refusals]


# ── shapes and spellings ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("event", [OWN, CLIENT, MIXED], ids=["our own", "the first clients'", "mixed"])
def test_every_spelling_in_every_shape(event: dict[str, Any]):
    line = json.dumps(event).encode()
    for batch, count in (
        (read_bytes(line), 1),
        (read_bytes(b" \n" + line + b"\n "), 1),
        (read_bytes(b"[%b]" % line), 1),
        (read_bytes(b" [%b,%b]" % (line, line)), 2),
        (read_bytes(b'{"events":[%b,%b]}' % (line, line)), 2),
        (read_bytes(line + b"\n" + line + b"\n", ndjson=True), 2),
        (read_bytes(line + b"\n\n  \n" + line, ndjson=True), 2),
    ):
        assert batch.events == [EXPECTED] * count
        assert not batch.refusals
        assert batch.received_at == NOW
        assert batch.source == "events"


def test_spellings_beside_each_other():
    batch = read([OWN, CLIENT, MIXED])
    assert batch.events == [EXPECTED] * 3


def test_nothing_is_an_empty_batch():
    assert read([]).events == []
    assert read({"events": []}).events == []
    assert read_bytes(b"", ndjson=True).events == []


@pytest.mark.parametrize("sent_at", ["2026-03-20T11:59:00Z", 1774007940, 1774007940000, "2026-03-20T12:59:00+01:00"])
@pytest.mark.parametrize(("key", "event"), [("sent_at", OWN), ("sentAt", CLIENT), ("sentAt", OWN), ("sent_at", MIXED)])
def test_when_it_was_sent(key: str, event: dict[str, Any], sent_at: Any):
    assert read({"events": [event], key: sent_at}).sent_at == dt.datetime(2026, 3, 20, 11, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize(("sent", "read_as"), [(None, 1), (1, 1), (3, 3), (2**70, 1), (0, 1), ("2", 1), (True, 1)])
def test_which_attempt_it_is(sent: Any, read_as: int):
    for event in (OWN, CLIENT, MIXED):
        assert read({"events": [event], "attempt": sent}).attempt == read_as


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-03-20T11:00:00Z", dt.datetime(2026, 3, 20, 11, tzinfo=dt.UTC)),
        ("2026-03-20T11:00:00.123456Z", dt.datetime(2026, 3, 20, 11, 0, 0, 123456, tzinfo=dt.UTC)),
        ("2026-03-20T16:45:00+05:45", dt.datetime(2026, 3, 20, 11, tzinfo=dt.UTC)),
        ("2026-03-20T11:00:00", dt.datetime(2026, 3, 20, 11)),
        ("2026-03-20", dt.datetime(2026, 3, 20)),
        (1774004400, dt.datetime(2026, 3, 20, 11, tzinfo=dt.UTC)),
        (1774004400.5, dt.datetime(2026, 3, 20, 11, 0, 0, 500000, tzinfo=dt.UTC)),
        (1774004400000, dt.datetime(2026, 3, 20, 11, tzinfo=dt.UTC)),
        ("1774004400", dt.datetime(2026, 3, 20, 11, tzinfo=dt.UTC)),
        (0, dt.datetime(1970, 1, 1, tzinfo=dt.UTC)),
        (None, None),
    ],
)
def test_times_as_clients_send_them(time: Any, expected: dt.datetime | None):
    for event in ({"name": "a", "time": time}, {"eventType": "a", "timestamp": time}):
        (found,) = read(event).events
        assert found.time == expected


def test_what_we_do_not_know_becomes_a_property():
    (event,) = read({"name": "a", "weapon": "bow", "props": {"weapon": "sword", "n": 1}, "extra": [1]}).events
    assert event.props == {"weapon": "sword", "_weapon": "bow", "extra": [1], "n": 1}
    (event,) = read({"eventType": "a", "colour": "red"}).events
    assert event.props == {"colour": "red"}


def test_platform_and_version_among_the_properties_are_lifted():
    for event in (
        {"name": "a", "props": {"platform": "linux", "version": "2"}},
        {"eventType": "a", "payload": {"platform": "linux", "version": "2"}},
        {"type": "a", "payload": {"platform": "linux", "version": "2"}},
    ):
        (found,) = read(event).events
        assert (found.platform, found.version) == ("linux", "2")
        assert found.props == {"platform": "linux", "version": "2"}
    (found,) = read({"name": "a", "platform": "ps5", "props": {"platform": "linux", "version": 2}}).events
    assert (found.platform, found.version) == ("ps5", None)


def test_ids_of_another_form_are_the_same_each_time():
    first, again, other = read([{"name": "a", "event_id": i} for i in ("order-17", "order-17", "order-18")]).events
    assert first.event_id == again.event_id != other.event_id
    (elsewhere,) = read({"name": "a", "event_id": "order-17", "game_id": "harbour"}).events
    assert elsewhere.event_id != first.event_id


def test_player_ids_that_are_numbers():
    (event,) = read({"name": "a", "player_id": 76561198000000000}).events
    assert event.player_id == "76561198000000000"
    (event,) = read({"name": "a", "level": 2, "build": 1041}).events
    assert (event.level, event.build) == ("2", "1041")
    assert read({"name": "a", "level": True}).refusals


def test_lines_that_do_not_say_what_they_are_are_told():
    with pytest.raises(Malformed, match="application/x-ndjson"):
        read_bytes(b'{"name":"a"}\n{"name":"b"}\n')


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────


def test_one_wrong_event_costs_only_itself():
    batch = read([{"name": "a"}, {"name": ""}, {"name": "b"}, 5, {"name": "c", "seq": -1}, CLIENT])
    assert [event.name for event in batch.events] == ["a", "b", "purchase"]
    assert refusals(batch) == [(1, "invalid"), (3, "invalid"), (4, "invalid")]
    assert [refusal.error.split()[0] for refusal in batch.refusals] == ["name:", "Expected", "seq:"]
    assert batch.refusals[2].sample == '{"name": "c", "seq": -1}'


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"x": "left"}, "x: expected a number or null, got text."),
        ({"name": ""}, "name: it is missing."),
        ({"name": 7}, "name: expected text, got a whole number."),
        ({"name": "n" * 65}, "name: expected text of at most 64 characters."),
        ({"name": None}, "name: it is missing."),
        ({"seq": 1.5}, "seq: expected a whole number or null, got a number."),
        ({"severity": "bad"}, "severity: 'bad' is none of info, warning, critical."),
        ({"props": [1]}, "props: expected an object or null, got a list."),
        ({"props": {str(n): n for n in range(257)}}, "props: expected an object of at most 256 keys."),
    ],
)
def test_a_refusal_says_what_was_expected_in_words_of_json(wrong: dict[str, Any], told: str):
    assert [refusal.error for refusal in read([{"name": "a"} | wrong]).refusals] == [told]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (r"cut \ud83d", "cut \ufffd"),
        (r"\uDE00 cut", "\ufffd cut"),
        (r"\ude00\ud83d\ud83d\ude00", "\ufffd\ufffd\U0001f600"),
        (r"\uD83D\uDE00 whole", "\U0001f600 whole"),
        (r"\\ud83d \"\ud83d\" \\\ud83d", '\\ud83d "\ufffd" \\\ufffd'),
        (r"\ud7ff\ue000 none", "\ud7ff\ue000 none"),
    ],
)
@pytest.mark.parametrize("is_ndjson", [False, True])
def test_text_that_was_cut_in_the_middle_of_an_emoji_costs_nothing(sent: str, read: str, is_ndjson: bool):
    lines = [f'{{"name":"chat","game_id":"arena","props":{{"text":"{text}"}}}}' for text in ("before", sent, "after")]
    body = "\n".join(lines) if is_ndjson else f"[{','.join(lines)}]"
    batch = read_bytes(body.encode(), ndjson=is_ndjson)
    assert batch.refusals == []
    assert [event.props for event in batch.events] == [{"text": text} for text in ("before", read, "after")]


def test_a_line_that_is_no_json_costs_only_itself():
    batch = read_bytes(b'{"name":"a"}\n{"name":\n{"name":"b"}\n\xff\n{"name":"c","x":1e999}\n', ndjson=True)
    assert [event.name for event in batch.events] == ["a", "b"]
    assert refusals(batch)[:2] == [(1, "malformed"), (3, "malformed")]
    assert refusals(batch)[2][0] == 4


def test_a_body_that_is_gzip_and_does_not_say_so_is_told():
    with pytest.raises(Malformed, match="Content-Encoding: gzip"):
        read_bytes(gzip.compress(b'{"name":"a","game_id":"g"}'))


def test_a_sample_is_cut():
    (refusal,) = read([{"name": "", "props": {"text": "é" * 5000}}]).refusals
    assert 0 < len(refusal.sample.encode()) <= SAMPLE_BYTES_MAX


@pytest.mark.parametrize("body", [b"", b" ", b"5", b"null", b'"x"', b"{", b"[{}", b"[" * 100_000, b"\xff"])
def test_what_cannot_be_taken_apart_is_malformed(body: bytes):
    with pytest.raises(Malformed, match=r"JSON|Expected"):
        read_bytes(body)


def nested(levels: int) -> Any:
    """A value of so many levels; a plain value is one."""
    value: Any = 1
    for level in range(levels - 1):
        value = [value] if level % 2 else {"k": value}
    return value


LONG = "n" * NAME_LENGTH_MAX
LONG_ID = "i" * ID_LENGTH_MAX
WITHIN_AND_BEYOND: list[tuple[str, Any, Any]] = [
    *[(field, LONG, LONG + "n") for field in ("name", "game_id")],
    *[
        (field, LONG_ID, LONG_ID + "i")
        for field in ("player_id", "session_id", "device_id", "match_id", "level", "map")
    ],
    ("name", "é" * NAME_LENGTH_MAX, "é" * (NAME_LENGTH_MAX + 1)),
    ("player_id", "é" * ID_LENGTH_MAX, "é" * (ID_LENGTH_MAX + 1)),
    ("name", "n", ""),
    ("seq", 2**53, 2**53 + 1),
    ("seq", 0, -1),
    ("seq", 1.0, 1.5),
    ("mono_ms", 10**12, 10**12 + 1),
    ("mono_ms", 0.9, -1.0),
    ("severity", "critical", "grave"),
    ("event_id", LONG_ID, LONG_ID + "i"),
    ("time", 253402300799, 10**23),
    ("value", 1.7e308, "1"),
    ("x", -1, True),
    ("player_id", 7, True),
    ("platform", 7.5, ["linux"]),
    ("props", {}, [1]),
    ("props", {str(n): n for n in range(PROPERTIES_MAX)}, {str(n): n for n in range(PROPERTIES_MAX + 1)}),
    ("props", {LONG_ID: 1}, {LONG_ID + "i": 1}),
    ("props", {"k": 1}, {"": 1}),
    ("props", {"k": nested(PROPERTY_DEPTH_MAX)}, {"k": nested(PROPERTY_DEPTH_MAX + 1)}),
    ("props", {"k": 2**128 - 1}, {"k": 2**128}),
    ("props", {"k": -(2**127)}, {"k": -(2**127) - 1}),
]


@pytest.mark.parametrize(("field", "within", "beyond"), WITHIN_AND_BEYOND)
def test_each_limit_and_one_beyond(field: str, within: Any, beyond: Any):
    batch = read([{"name": "a", field: within}, {"name": "a", field: beyond}, {"name": "last"}])
    assert [event.name for event in batch.events][-1] == "last"
    assert refusals(batch) == [(1, "invalid")]
    assert batch.refusals[0].error.startswith(field), batch.refusals[0].error


def test_too_many_are_not_looked_at_one_by_one():
    """A few kilobytes become that many when they are decompressed."""

    def seconds(body: bytes, *, ndjson: bool = False) -> float:
        began = time.process_time()
        with contextlib.suppress(TooLarge):
            assert read_bytes(body, ndjson=ndjson).refused == 10_000
        return time.process_time() - began

    as_many_as_may_be = seconds(b"[" + b"1," * 9_999 + b"1]")
    for body, ndjson in ((b"[" + b"1," * 999_999 + b"1]", False), (b"1\n" * 1_000_000, True)):
        assert seconds(body, ndjson=ndjson) < 30 * as_many_as_may_be


CAMEL = {"name": "eventType", "time": "timestamp", "props": "payload"}


@pytest.mark.parametrize(("field", "within", "beyond"), WITHIN_AND_BEYOND)
def test_the_limits_are_the_same_in_the_other_spelling(field: str, within: Any, beyond: Any):
    key = CAMEL.get(field, variants(field)[1] if "_" in field else field)
    batch = read([{"eventType": "a", key: within}, {"eventType": "a", key: beyond}, {"eventType": "last"}])
    assert [event.name for event in batch.events][-1] == "last"
    assert refusals(batch) == [(1, "invalid")]


def test_as_many_events_as_a_request_may_have_and_one_more():
    for body in ([{"name": "a"}] * EVENTS_PER_REQUEST_MAX, [{"type": "a"}] * EVENTS_PER_REQUEST_MAX):
        assert len(read(body).events) == EVENTS_PER_REQUEST_MAX
        with pytest.raises(TooLarge, match="10000"):
            read([*body, body[0]])
        with pytest.raises(TooLarge):
            read([*body, {}])


# ── replies ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_reply_says_what_was_taken():
    whole = events.reply(Receipt.of(read([OWN, OWN])))
    assert (whole.status, json.loads(whole.body)) == (202, {"accepted": 2, "rejected": []})
    partly = json.loads(events.reply(Receipt.of(read([OWN, {}]))).body)
    assert partly["accepted"] == 1
    (rejected,) = partly["rejected"]
    assert (rejected["index"], rejected["reason"]) == (1, "invalid")
    assert "name" in rejected["error"]


# ── anything at all ──────────────────────────────────────────────────────────────────────────────────────

texts = st.text(max_size=80) | st.sampled_from(
    ["", "\0", "é" * 70, "events", "name", "eventType", "'; --", "2026-03-20"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**300, 10**301) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=15,
)
event_like = st.dictionaries(
    st.sampled_from([*OWN, *CLIENT, "type", "id", "properties", "events", "sent_at", "sentAt"]), values, max_size=6
)
requests = values | event_like | st.lists(event_like | values, max_size=5) | st.fixed_dictionaries(
    {"events": st.lists(event_like | values, max_size=4) | values}, optional={"sent_at": values, "sentAt": values}
)  # fmt: skip


def check_reading(body: bytes, *, ndjson: bool) -> Batch | None:
    """What was read, after it was found to be whole; None where it was refused altogether, and that was told."""
    try:
        batch = read_bytes(body, ndjson=ndjson)
    except Problem as problem:
        assert (problem.status, bool(problem.detail)) == (400, True)
        return None
    indexes = [refusal.index for refusal in batch.refusals]
    assert indexes == sorted(set(indexes))
    assert all(isinstance(refusal.reason, RefusalReason) and refusal.error for refusal in batch.refusals)
    # What was taken can be written down and read back.
    assert recorded_events(encode(batch).body) == batch.events
    receipt = json.loads(events.reply(Receipt.of(batch)).body)
    assert receipt.get("accepted", 0) == len(batch.events)
    return batch


@given(st.lists(event_like | values, max_size=4), st.lists(event_like | values, max_size=4), st.booleans())
def test_a_good_event_is_taken_whatever_its_neighbours_are(before: list[Any], after: list[Any], ndjson: bool):
    together = [*before, OWN, *after]
    body = b"\n".join(json.dumps(one).encode() for one in together) if ndjson else json.dumps(together).encode()
    batch = check_reading(body, ndjson=ndjson)
    assert batch is not None
    (alone,) = read([OWN]).events
    assert alone in [replace(event, event_id=alone.event_id) for event in batch.events]
    if not ndjson:
        assert len(batch.events) + len(batch.refusals) == len(together)


@given(requests, st.booleans())
def test_any_json_is_taken_or_refused(document: Any, ndjson: bool):
    check_reading(json.dumps(document).encode(), ndjson=ndjson)


@given(st.lists(event_like | values, max_size=4))
def test_any_lines_are_taken_or_refused(documents: list[Any]):
    check_reading(b"\n".join(json.dumps(document).encode() for document in documents), ndjson=True)


@given(st.binary(max_size=200), requests, st.data(), st.booleans())
def test_any_bytes_are_taken_or_refused(noise: bytes, document: Any, data: st.DataObject, ndjson: bool):
    body = bytearray(json.dumps(document).encode())
    at = data.draw(st.integers(0, len(body)))
    body[at : at + data.draw(st.integers(0, 5))] = noise
    check_reading(bytes(body), ndjson=ndjson)
