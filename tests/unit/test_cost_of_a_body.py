"""What a few bytes may cost: bodies that are made to take long, beside a plain one.

Each is brought to a size on its own, read as the server reads it, and answered. Time is that of this thread's
processor alone, and only its relation to that of good events is looked at.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import time
from collections.abc import Callable, Iterator

import brotli
import pytest
from msgspec.structs import replace

from playtrace.collect.body import REQUEST_BYTES_MAX, SMALL_PLAIN_BYTES, decompress, plain_bytes_max
from playtrace.collect.heavy_reading import NotAtOnce
from playtrace.collect.refusals import LISTED_MAX, SAMPLES_MAX
from playtrace.collect.request import Receipt, Request, WireFormat
from playtrace.event import EVENTS_PER_REQUEST_MAX
from playtrace.journal.entry import decode_header, encode
from playtrace.problems import Problem, TooLarge
from playtrace.protocols.events import sending as events
from playtrace.protocols.jwc.sending import Jwc
from playtrace.protocols.loot import sending as loot

PLAIN_EVENT = json.dumps({"name": "level_start", "player_id": "p1", "level": "3", "props": {"score": 12, "mode": "a"}})
TIMES_MAX = 40.0
"""A hostile byte costs at most so many plain ones. One of an event that is read by itself costs about ten."""
TURNS_MIN, TURNS_MAX = 2, 20
ANSWER_BYTES_MAX = 32 * 1024


def array(event: bytes, size: int) -> bytes:
    count = min(EVENTS_PER_REQUEST_MAX, size // (len(event) + 1))
    return b"[" + b",".join([event] * count) + b"]"


def repeated(before: bytes, piece: bytes, after: bytes, size: int) -> bytes:
    return before + piece * ((size - len(before) - len(after)) // len(piece)) + after


BODIES: dict[str, Callable[[int], bytes]] = {
    "escaped newlines": lambda size: repeated(b'[{"name":1,"x":"', rb"\n", b'"}]', size),
    "escaped backslashes": lambda size: repeated(rb'[{"name":1,"x":"\ud800', rb"\\", b'"}]', size),
    "halves of pairs": lambda size: repeated(b'[{"name":1,"x":"', rb"\ud83d", b'"}]', size),
    "whole pairs": lambda size: repeated(b'[{"name":1,"x":"', rb"\ud83d\ude00", b'"}]', size),
    "escaped letters": lambda size: repeated(b'[{"name":1,"x":"', rb"\u0041", b'"}]', size),
    "events that are all wrong": lambda size: array(b'{"name":1}', size),
    "long ones that are all wrong": lambda size: array(b'{"name":1,"x":"' + b"y" * 480 + b'"}', size),
    "wrong ones with many keys": lambda size: array(
        b'{"name":1,' + b",".join(b'"k%d":1' % number for number in range(50)) + b"}", size
    ),
    "times that are none": lambda size: array(b'{"name":"a","time":' + b"9" * 480 + b"}", size),
    "a mixed spelling": lambda size: array(b'{"event_type":"a","own":1}', size),
    "numbers instead of events": lambda size: repeated(b"[", b"1,", b"1]", size),
    "empty objects in one event": lambda size: repeated(b'{"name":1,"x":[', b"{},", b"1]}", size),
    "short texts in one event": lambda size: repeated(b'{"name":1,"x":[', b'"a",', b"1]}", size),
    "keys in one event": lambda size: (
        b'{"name":1,"x":{' + b",".join(b'"%07x":1' % number for number in range(size // 13)) + b"}}"
    ),
    "digits": lambda size: repeated(b'[{"name":"a","seq":', b"9", b"}]", size),
    "open brackets": lambda size: b"[" * size,
}


def request(body: bytes, *, at_once: bool = False) -> Request:
    return Request("/", {}, {}, body, dt.datetime.now(dt.UTC), "arena", at_once=at_once)


@pytest.fixture(autouse=True)
def leave_what_tests_have_to_the_collector() -> Iterator[None]:
    """As a server does: what was there before is not looked through again with each of many new objects."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def cpu_seconds(wire_format: WireFormat, sent: Request) -> float:
    began = time.thread_time()
    try:
        batch = wire_format.read(sent)
        encode(batch)
        reply = wire_format.reply(Receipt.of(batch))
    except Problem as error:
        reply = wire_format.refuse(error)
    took = time.thread_time() - began
    assert len(reply.body) < ANSWER_BYTES_MAX
    return took


def times_as_much(wire_format: WireFormat, hostile: bytes) -> float:
    """How many times as much a byte costs as one of good events. Whatever else the machine does only adds to one of
    both: so they are read in turn, and the least of each counts."""
    plain = array(PLAIN_EVENT.encode(), SMALL_PLAIN_BYTES)
    of_hostile = of_plain = float("inf")
    for turn in range(TURNS_MAX):
        of_plain = min(of_plain, cpu_seconds(events, request(plain)) / len(plain))
        of_hostile = min(of_hostile, cpu_seconds(wire_format, request(hostile)) / len(hostile))
        if turn >= TURNS_MIN and of_hostile < TIMES_MAX * of_plain:
            break
    return of_hostile / of_plain


@pytest.mark.parametrize("size", [SMALL_PLAIN_BYTES, pytest.param(REQUEST_BYTES_MAX, marks=pytest.mark.drill)])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_no_byte_costs_many_times_a_plain_one(body: Callable[[int], bytes], size: int):
    hostile = body(size)
    assert len(hostile) <= size
    assert times_as_much(events, hostile) < TIMES_MAX


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_what_takes_long_is_not_read_by_the_event_loop(body: Callable[[int], bytes]):
    with pytest.raises((NotAtOnce, TooLarge)):
        events.read(request(body(SMALL_PLAIN_BYTES), at_once=True))


def test_good_events_are_read_at_once():
    assert events.read(request(array(PLAIN_EVENT.encode(), SMALL_PLAIN_BYTES), at_once=True)).events


JWC_EVENTS = b'{"schema":"jwc.v1","batch":%s}'


@pytest.mark.parametrize(
    ("wire_format", "body"),
    [(Jwc(salt="s"), JWC_EVENTS % array(b'{"evt":"a"}', SMALL_PLAIN_BYTES)), (loot, b" " * SMALL_PLAIN_BYTES)],
    ids=["jwc", "loot"],
)
def test_nor_by_that_of_another_protocol(wire_format: WireFormat, body: bytes):
    with pytest.raises(NotAtOnce):
        wire_format.read(request(body, at_once=True))
    assert times_as_much(wire_format, body) < TIMES_MAX


# ── what is told of refused events ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [LISTED_MAX, LISTED_MAX + 1, EVENTS_PER_REQUEST_MAX - 1])
def test_the_first_ones_are_listed_and_the_others_counted(count: int):
    batch = events.read(request(b"[" + b'{"name":1},' * count + b'{"name":"good"}]'))
    assert [refusal.index for refusal in batch.refusals] == list(range(min(count, LISTED_MAX)))
    assert [bool(refusal.sample) for refusal in batch.refusals].count(True) == SAMPLES_MAX
    assert batch.refused == count
    assert batch.positions == [count]
    answer = json.loads(events.reply(Receipt.of(batch)).body)
    assert (answer["accepted"], len(answer["rejected"])) == (1, min(count, LISTED_MAX))
    assert answer.get("not_listed", 0) == count - len(answer["rejected"])
    # And in the journal, whence the books are kept.
    assert sum(refusal.events for refusal in decode_header(encode(batch).header).refusals) == count


def test_each_of_a_batch_is_counted_by_its_own_reason():
    wrong = [b'{"name":1}', b'{"name":']
    batch = events.read(replace(request(b"\n".join(wrong * 1000)), headers={b"content-type": b"application/x-ndjson"}))
    assert {reason.value: events_ for (reason, _), events_ in batch.further_refused.items()} == {
        "invalid": 1000 - LISTED_MAX // 2,
        "malformed": 1000 - LISTED_MAX // 2,
    }


# ── what a few bytes become ──────────────────────────────────────────────────────────────────────────────


def test_a_few_bytes_do_not_become_many_megabytes():
    sent = brotli.compress(b"[" + b" " * (SMALL_PLAIN_BYTES - 2) + b"]")
    assert len(decompress(sent, b"br", plain_bytes_max(sent))) == SMALL_PLAIN_BYTES
    sent = brotli.compress(b"[" + b" " * (SMALL_PLAIN_BYTES - 1) + b"]")
    with pytest.raises(TooLarge, match="200 times what was sent"):
        decompress(sent, b"br", plain_bytes_max(sent))


def test_many_bytes_become_as_many_as_a_request_may_have():
    assert plain_bytes_max(bytes(REQUEST_BYTES_MAX // 200)) < REQUEST_BYTES_MAX
    assert plain_bytes_max(bytes(REQUEST_BYTES_MAX // 200 + 1)) == REQUEST_BYTES_MAX
