"""The form of a batch on disk: it comes back as it went in, also from an older playtrace."""

from __future__ import annotations

import datetime as dt
import uuid

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_events import recorded_events

from playtrace.event import Batch, Event, Refusal, RefusalReason, Severity
from playtrace.journal.entry import decode_header, encode, microseconds

NOW = dt.datetime(2026, 3, 20, 12, 0, 0, 123456, tzinfo=dt.UTC)
OLDEST_HEADER = (
    b'[1773993600000000,"events","arena",1773993599000000,"DE","BE",'
    b'[{"index":3,"reason":"invalid","error":"name: wrong."}]]'
)
"""As the first playtrace wrote it. Journals of it may lie on disks for ever: this line does not change."""
OLDEST_BODY = (
    b'{"name":"level_start","game_id":"arena","event_id":"00000000-0000-0000-0000-000000000001","props":{"a":1}}\n'
)


def test_a_batch_comes_back():
    event = Event(
        name="purchase", game_id="arena", event_id=uuid.uuid4(), time=NOW, seq=4, severity=Severity.INFO, x=1.5,
        props={"nested": {"list": [1, "two", None]}},
    )  # fmt: skip
    refusal = Refusal(1, RefusalReason.TOO_LARGE, "An event has at most …", "{", "arena")
    batch = Batch(
        received_at=NOW, source="events", events=[event, Event(name="a\nb\0")], refusals=[refusal], game_id="arena",
        sent_at=NOW - dt.timedelta(seconds=2), country="DE", region="BE",
    )  # fmt: skip
    entry = encode(batch)
    assert entry.events == 2
    assert entry.body.count(b"\n") == 2
    assert recorded_events(entry.body) == batch.events
    header = decode_header(entry.header)
    assert header.received_us == microseconds(NOW) == 1774008000123456
    assert header.sent_us == 1774007998123456
    assert (header.source, header.game_id, header.country, header.region) == ("events", "arena", "DE", "BE")
    assert [msgspec.to_builtins(kept) for kept in header.refusals] == [msgspec.to_builtins(refusal)]


def test_a_batch_without_events_is_a_header():
    entry = encode(Batch(received_at=NOW, source="refused", events=[]))
    assert (entry.events, entry.body) == (0, b"")
    assert decode_header(entry.header).sent_us is None


def test_an_old_header_stays_readable():
    header = decode_header(OLDEST_HEADER)
    assert header.received_us == 1773993600000000
    assert (header.source, header.game_id, header.country, header.region) == ("events", "arena", "DE", "BE")
    assert header.sent_us == 1773993599000000
    assert header.refusals == [Refusal(3, RefusalReason.INVALID, "name: wrong.")]
    (event,) = recorded_events(OLDEST_BODY)
    assert event == Event(name="level_start", game_id="arena", event_id=uuid.UUID(int=1), props={"a": 1})


def test_the_header_of_a_newer_playtrace_is_readable_too():
    """Fields are added at the end: who goes back to this version keeps the journal."""
    assert decode_header(OLDEST_HEADER[:-1] + b',1,null,"something new"]').game_id == "arena"


@pytest.mark.parametrize("header", [b"", b"{}", b"[]", b'["x"]', b"\xff"])
def test_what_is_no_header_is_said_to_be_none(header: bytes):
    with pytest.raises(msgspec.DecodeError):
        decode_header(header)


@given(st.datetimes(timezones=st.none() | st.timezones()))
def test_microseconds_are_exact(instant: dt.datetime):
    aware = instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant
    assert dt.timedelta(microseconds=microseconds(instant)) == aware - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
