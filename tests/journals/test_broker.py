"""What holds where a broker keeps the journal, whichever it is: it may go away, forget, and hold what is not ours."""

from __future__ import annotations

import asyncio
import zlib

import pytest
import zstandard

from journals import engines
from journals.engines import eventually
from journals.places import Place, entry, put
from playtrace.journal.entry import Entry
from playtrace.journal.errors import BrokerAway, JournalFull, JournalUnavailable
from playtrace.journal.file import copy_behind
from playtrace.journal.messages import HEAD, MAGIC, message_of
from playtrace.journal.rows import rows_of
from playtrace.journal.sink import Sink
from playtrace.shares import part_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_what_cannot_be_taken_is_refused_at_once_and_taken_again_when_it_can(broker: Place) -> None:
    assert broker.engine is not None
    sink = broker.sink()
    broker.fetch()
    await put(sink, [entry(1)])
    with broker.engine.halted():
        with pytest.raises(JournalUnavailable):
            await sink.append(entry(2))
        with pytest.raises(JournalUnavailable):
            sink.append(entry(2))
    await taken(sink, entry(3))
    await asyncio.to_thread(eventually, lambda: entry(3).body in broker.bodies())
    # What was refused may have come all the same.
    assert sorted({entry(2).body, *broker.bodies()}) == [entry(1).body, entry(2).body, entry(3).body]


async def taken(sink: Sink, one: Entry) -> None:
    """As clients do it: until it is."""
    while True:
        try:
            await sink.append(one)
        except JournalUnavailable:
            await asyncio.sleep(0.1)
        else:
            return


async def test_no_more_waits_for_a_broker_than_is_bounded(broker: Place) -> None:
    assert broker.engine is not None
    sink = broker.sink()
    large = Entry(entry(0).header, 1, b"x" * 2_000_000)
    with broker.engine.halted():
        waiting = []
        with pytest.raises(JournalFull):
            while True:
                waiting.append(sink.append(large))
        assert 20 < len(waiting) < 40
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, JournalUnavailable) for result in results)
    await taken(sink, entry(1))


async def test_what_is_not_ours_is_set_aside_and_stops_nothing(broker: Place) -> None:
    broker.fetch()
    good = message(entry(1))
    forged = [b"", b"hello", good[:-1], good[:30] + b"!" + good[31:], checked(b"\0" * 12), checked(b"\xff" * 40)]
    bomb = Entry(entry(0).header, 1, b"")
    zeros = zstandard.ZstdCompressor().compress(b"\0" * 70_000_000)
    row = next(iter(rows_of(zstandard.ZstdCompressor(), [bomb])))
    forged.append(message_of(type(row)(1, 1, row.sizes, row.headers, zeros)))
    forged.append(message(Entry(b"no header", 1, b"{}\n")))
    forged.append(message(Entry(entry(0).header, 7, b"{}\n")))
    await asyncio.to_thread(broker.send, [*forged, good, message(entry(2))])
    found = await asyncio.to_thread(broker.read, 2)
    assert [recorded.body for recorded in found] == [entry(1).body, entry(2).body]
    assert broker.journal.damaged_events == len(forged)


async def test_a_message_that_comes_again_is_here_once(broker: Place) -> None:
    sink = broker.sink()
    await put(sink, [entry(number) for number in range(20)])
    broker.fetch()
    await asyncio.to_thread(broker.read, 20)
    for number in range(20, 23):
        # It begins again where it was, and the broker sends what is there.
        broker.stop_fetching()
        broker.fetch()
        await put(sink, [entry(number)])
        await asyncio.to_thread(broker.read, number + 1)
    assert broker.bodies() == [entry(number).body for number in range(23)]


async def test_whoever_has_nothing_yet_gets_everything_that_the_broker_has(broker: Place) -> None:
    sink = broker.sink()
    broker.fetch()
    await put(sink, [entry(number) for number in range(30)])
    before = await asyncio.to_thread(broker.read, 30)
    await asyncio.to_thread(broker.begin_anew)
    assert await asyncio.to_thread(broker.read, 30) == before


async def test_it_is_known_when_all_that_was_acknowledged_is_here(broker: Place) -> None:
    sink = broker.sink()
    broker.fetch()
    assert broker.inlet is not None
    for number in range(5):
        await put(sink, [entry(number)])
        await asyncio.wrap_future(broker.inlet.caught_up())
        assert broker.bodies()[-1] == entry(number).body
    eventually(lambda: broker.inlet is not None and broker.inlet.waiting_seconds() == 0)
    assert broker.engine is not None
    with broker.engine.halted():
        await asyncio.to_thread(eventually, lambda: broker.inlet is not None and broker.inlet.error is not None)
        with pytest.raises(BrokerAway):
            await asyncio.wrap_future(broker.inlet.caught_up())
        assert broker.inlet.waiting_seconds() > 0


async def test_what_was_acknowledged_outlives_the_sudden_end_of_the_broker(durable: Place) -> None:
    assert durable.engine is not None
    sink = durable.sink()
    durable.fetch()
    for number in range(3):
        await taken(sink, entry(number))
        durable.engine.kill()
        await asyncio.to_thread(durable.engine.start)
    await taken(sink, entry(3))
    await asyncio.to_thread(eventually, lambda: entry(3).body in durable.bodies())
    # What was not told to be there may be there as well, and is then sent again.
    assert list(dict.fromkeys(durable.bodies())) == [entry(number).body for number in range(4)]


async def test_a_copy_goes_on_where_what_it_was_copied_from_was(broker: Place) -> None:
    sink = broker.sink()
    broker.fetch()
    await put(sink, [entry(number) for number in range(10)])
    await asyncio.to_thread(broker.read, 10)
    copy = broker.settings.data / "copy.sqlite"
    copy_behind(broker.journal.path, copy, str(broker.journal.journal_id), 0)
    await put(sink, [entry(10)])
    await asyncio.to_thread(broker.go_on_from, copy)
    assert [one.body for one in await asyncio.to_thread(broker.read, 11)] == [entry(i).body for i in range(11)]


async def test_what_the_broker_removed_before_it_was_fetched_is_told_as_lost(
    nats: engines.Engine, place_of_nats: Place
) -> None:
    sink = place_of_nats.sink()
    place_of_nats.fetch()
    await put(sink, [entry(1)])
    await asyncio.to_thread(place_of_nats.read, 1)
    place_of_nats.stop_fetching()
    for number in range(2, 6):
        await put(sink, [entry(number)])
    client = await nats_client(nats)
    await client.jetstream().purge_stream(f"{place_of_nats.name}-{part_of('arena', 3)}", seq=4)
    await client.close()
    place_of_nats.fetch()
    found = await asyncio.to_thread(place_of_nats.read, 3)
    assert [recorded.body for recorded in found] == [entry(number).body for number in (1, 4, 5)]
    assert place_of_nats.journal.damaged_events == 2


async def nats_client(engine: engines.Engine):
    import nats

    return await nats.connect(f"nats://127.0.0.1:{engine.port}")


def message(one: Entry) -> bytes:
    return message_of(next(iter(rows_of(zstandard.ZstdCompressor(), [one]))))


def checked(content: bytes) -> bytes:
    """With a checksum that is right."""
    return HEAD.pack(MAGIC, zlib.crc32(content)) + content
