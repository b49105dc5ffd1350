"""`jwc.v1`: what becomes of a body, and what never does."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from recorded_events import recorded_events

from playtrace.collect.rate_limit import WindowLimit
from playtrace.collect.request import Receipt, Request
from playtrace.config import Settings
from playtrace.event import EVENTS_PER_REQUEST_MAX, Batch
from playtrace.journal.entry import encode
from playtrace.problems import Malformed, Problem, TooLarge, TooManyRequests
from playtrace.protocols.jwc.sending import Jwc, SchemaUnsupported
from playtrace.protocols.jwc.settings import JwcSettings

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
GOOD: dict[str, Any] = {"anon": "someone", "evt": "java.run.started", "t": 1_773_000_000_000}

hostile_text = st.sampled_from(
    ["'; DROP TABLE events; --", "<script>alert(1)</script>", "\0", "a\0b", "$name", "{{7*7}}", "", "é" * 70, "\u202e"]
)
hostile_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=80)
    | hostile_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=70) | hostile_text, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def request(body: bytes, **fields: Any) -> Request:
    return Request(**{"path": "/t", "query": {}, "headers": {}, "body": body, "received_at": NOW} | fields)


def read(document: Any, **fields: Any) -> Batch:
    return Jwc(salt="salt").read(request(json.dumps(document).encode(), **fields))


def one(**fields: Any) -> Batch:
    return read({"schema": "jwc.v1", **GOOD, **fields})


def test_one_event_lands_in_its_columns():
    batch = one(os="win32", ext="1.2.3", vscode="1.99.0", sessionId="s1", m={"durationMs": 250, "exit": 0})
    (event,) = batch.events
    assert not batch.refusals
    assert (event.name, event.os, event.platform, event.version) == ("java.run.started", "win32", "windows", "1.2.3")
    assert event.session_id == "s1"
    assert event.time == dt.datetime.fromtimestamp(1_773_000_000, dt.UTC)
    assert event.props == {"durationMs": 250, "exit": 0, "vscode": "1.99.0"}
    assert event.event_id is None
    assert batch.source == "jwc.v1"


@pytest.mark.parametrize(
    "t", [1_773_000_000_000, 1_773_000_000, 1_773_000_000.0, "1773000000", "2026-03-08T20:00:00Z", "2026-03-08 20:00"]
)
def test_time_in_every_form(t: object):
    assert one(t=t).events[0].time == dt.datetime(2026, 3, 8, 20, tzinfo=dt.UTC)


@pytest.mark.parametrize("schema", ["jwc.v1", "JWC.V1", "Jwc.v1"])
def test_schema_in_any_case(schema: str):
    assert len(read({"schema": schema, **GOOD}).events) == 1


@pytest.mark.parametrize("document", [{"schema": "jwc.v2", **GOOD}, GOOD, {"schema": 1, **GOOD}, [], [GOOD], "x", None])
def test_any_other_schema_is_unsupported(document: object):
    with pytest.raises(SchemaUnsupported) as raised:
        read(document)
    reply = Jwc(salt="").refuse(raised.value)
    assert reply.status == 400
    assert json.loads(reply.body) == {"error": "schema_unsupported", "expected": "jwc.v1"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"schema":"jwc.v1","batch":{}}', b'{"schema":"jwc.v1","batch":null}']
)
def test_a_body_that_cannot_be_taken_apart(body: bytes):
    with pytest.raises(Malformed) as raised:
        Jwc(salt="").read(request(body))
    assert json.loads(Jwc(salt="").refuse(raised.value).body)["error"] == "malformed"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"anon": None}, "anon"),
        ({"anon": ""}, "anon"),
        ({"anon": 7}, "anon"),
        ({"evt": None}, "evt"),
        ({"evt": ""}, "evt"),
        ({"evt": "e" * 65}, "evt"),
        ({"t": None}, "t"),
        ({"t": True}, "t"),
        ({"t": 1e300}, "t"),
        ({"t": "soon"}, "t"),
        ({"os": "o" * 31}, "os"),
        ({"ext": "1" * 31}, "ext"),
        ({"vscode": ["1"]}, "vscode"),
        ({"sessionId": 7}, "sessionId"),
        ({"m": []}, "m"),
        ({"m": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {}}}}}}}}}}, "m.a.b.c.d.e.f.g"),
    ],
)
def test_a_bad_event_is_skipped_and_says_why(wrong: dict[str, Any], field: str):
    batch = read({"schema": "jwc.v1", "batch": [GOOD, {**GOOD, **wrong}, GOOD]})
    assert len(batch.events) == 2
    (refusal,) = batch.refusals
    assert refusal.index == 1
    assert refusal.error.startswith(f"{field}: ") or ("." in field and refusal.error.startswith("m"))
    assert Jwc(salt="").reply(Receipt.of(batch)).body == b'{"ok":true,"accepted":2,"skipped":1}'


def test_thirty_characters_are_fine():
    assert one(os="o" * 30, ext="e" * 30, vscode="v" * 30).events[0].os == "o" * 30


def test_a_session_id_is_also_found_among_the_properties():
    assert one(m={"sessionId": "inner"}).events[0].session_id == "inner"
    assert one(sessionId="outer", m={"sessionId": "inner"}).events[0].session_id == "outer"


def test_a_long_session_id_is_kept_as_a_property():
    (event,) = one(sessionId="s" * 257).events
    assert event.session_id is None
    assert event.props == {"sessionId": "s" * 257}


def test_unknown_fields_are_kept():
    assert one(build="b7").events[0].props == {"build": "b7"}


def test_anonymous_ids_are_hashed_by_salt_and_year():
    jwc = Jwc(salt="salt")
    ids = {
        jwc.anonymous_id("a", 2026),
        jwc.anonymous_id("b", 2026),
        jwc.anonymous_id("a", 2027),
        Jwc(salt="other").anonymous_id("a", 2026),
    }
    assert len(ids) == 4
    assert all(len(identity) == 64 for identity in ids)
    assert one(anon="a").events[0].player_id == jwc.anonymous_id("a", 2026)
    # A clock that is years ahead does not make somebody else of a player.
    assert one(anon="a", t="2031-01-01").events[0].player_id == jwc.anonymous_id("a", 2026)
    assert one(anon="a", t="2025-12-31T23:59:59Z").events[0].player_id == jwc.anonymous_id("a", 2025)


@pytest.mark.parametrize(
    "document",
    [
        {"schema": "jwc.v1", **GOOD, "anon": "me@example.org", "t": "soon"},
        {"schema": "jwc.v1", "batch": ["me@example.org", {"anon": "me@example.org"}]},
    ],
)
def test_a_refused_event_does_not_keep_its_anonymous_id(document: object):
    entry = encode(read(document))
    assert b"example" not in entry.header + entry.body


def test_a_refused_body_does_not_keep_its_anonymous_ids():
    with pytest.raises(SchemaUnsupported) as raised:
        read({"schema": "jwc.v9", **GOOD, "anon": "me@example.org"})
    assert raised.value.refusals
    assert "example" not in str(raised.value.refusals)


def test_too_many_events_in_a_batch():
    with pytest.raises(TooLarge):
        read({"schema": "jwc.v1", "batch": [0] * (EVENTS_PER_REQUEST_MAX + 1)})


def test_the_game_comes_from_the_address_where_there_is_no_key():
    batch = read({"schema": "jwc.v1", **GOOD}, query={"gameId": "editor"})
    assert batch.events[0].game_id == "editor"
    with pytest.raises(Malformed):
        read({"schema": "jwc.v1", **GOOD}, query={"gameId": "g" * 65})


def test_too_many_requests_say_when_to_come_back():
    reply = Jwc(salt="").refuse(TooManyRequests("Slow down.", retry_after_s=7))
    assert reply.status == 429
    assert (b"retry-after", b"7") in reply.headers
    assert json.loads(reply.body)["error"] == "too_many_requests"


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                name: hostile_json | st.just(GOOD.get(name, "x"))
                for name in ("anon", "evt", "t", "os", "ext", "vscode", "sessionId", "m", "other")
            },
        )
        | hostile_json,
        max_size=4,
    )
)
def test_whatever_is_in_a_batch_is_taken_or_refused(batch: list[Any]):
    try:
        taken = read({"schema": "jwc.v1", "batch": batch})
    except Problem:
        return
    assert len(taken.events) + len(taken.refusals) == len(batch)
    assert recorded_events(encode(taken).body) == taken.events


@given(hostile_json | st.fixed_dictionaries({"schema": st.just("jwc.v1") | hostile_json, "batch": hostile_json}))
def test_whatever_the_body_is_it_is_taken_or_refused(document: Any):
    try:
        taken = read(document)
    except Problem as error:
        json.loads(Jwc(salt="").refuse(error).body)
    else:
        assert recorded_events(encode(taken).body) == taken.events


@given(st.binary(max_size=60))
def test_whatever_the_bytes_are_they_are_taken_or_refused(body: bytes):
    with pytest.raises(Problem):
        Jwc(salt="").read(request(body))


# ── its rate limit ────────────────────────────────────────────────────────────────────────────────────────


def test_a_client_may_come_so_often_in_a_window():
    limit = WindowLimit(3, 60)
    assert [limit.wait_s("a", now=float(now)) for now in range(3)] == [0, 0, 0]
    assert limit.wait_s("a", now=10) == 50
    assert limit.wait_s("b", now=10) == 0
    assert limit.wait_s("a", now=59) == 1
    assert limit.wait_s("a", now=60) == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1 hour", 3600), ("10 minutes", 600), ("30s", 30), ("1.5 h", 5400), ("250", 0.25), ("2 Days", 172800)],
)
def test_a_window_is_told_in_words(monkeypatch: pytest.MonkeyPatch, text: str, seconds: float):
    monkeypatch.setenv("RATE_LIMIT_TIME_WINDOW", text)
    assert Settings.read().of_protocol(JwcSettings).rate_limit_window_s == seconds


@pytest.mark.parametrize("text", ["", "soon", "1 fortnight", "0 minutes", "-1 hour", "1 hour 2"])
def test_a_window_that_is_none_stops_the_start_and_names_its_key(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("RATE_LIMIT_TIME_WINDOW", text)
    with pytest.raises(ValidationError, match="rate_limit_time_window"):
        Settings.read()


def nested(levels: int) -> Any:
    return 1 if levels == 0 else {"a": nested(levels - 1)}


@pytest.mark.parametrize(
    ("m", "error"),
    [
        ({"deep": nested(8)}, "m.deep.a.a.a.a.a.a.a: deeper than 8 levels."),
        ({"hash": 2**128}, "m.hash: larger than 2^128."),
        ({"list": [1, {"": 1}]}, "m.list[1]: has a property without a name."),
        ({f"k{n}": n for n in range(257)}, "m: expected an object of at most 256 keys."),
    ],
)
def test_the_whole_path_of_what_is_beyond_a_limit(m: dict[str, Any], error: str):
    assert [refusal.error for refusal in read({"schema": "jwc.v1"} | GOOD | {"m": m}).refusals] == [error]


def test_what_is_within_the_limits():
    m = {"deep": nested(7), "hash": 2**64 - 1} | {f"k{n}": n for n in range(200)}
    (event,) = read({"schema": "jwc.v1"} | GOOD | {"m": m, "sessionId": "s" * 256}).events
    assert event.props == m | {"hash": str(2**64 - 1)}
    assert event.session_id == "s" * 256
