"""What every journal promises, whoever keeps it: what was acknowledged comes to whoever loads, once and in order."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict

import pytest

from journals.places import Place, entry, put
from playtrace.event import REQUEST_BYTES_MAX
from playtrace.journal.entry import Entry, Recorded, decode_header

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_what_was_acknowledged_comes_once_and_in_the_order_of_its_game(place: Place) -> None:
    sink = place.sink()
    place.fetch()
    games = ["arena", "loot", "kart", "chess", "golf"]
    for round_ in range(20):
        await put(sink, [entry(10 * round_ + i, game) for game in games for i in range(10)])
    found = await asyncio.to_thread(place.read, 1000)
    assert lines_by_game(found) == {game: [entry(number, game).body for number in range(200)] for game in games}
    assert [recorded.offset for recorded in found] == list(range(1, 1001))


async def test_every_entry_is_told_another_number(place: Place) -> None:
    numbers = await put(place.sink(), [entry(number) for number in range(100)])
    assert len(set(numbers)) == 100
    assert numbers == sorted(numbers)


async def test_the_largest_request_comes_whole_however_little_it_compresses(place: Place) -> None:
    noise = random.Random(1)
    bodies = [entry(number, filling=noise.randbytes(3000).hex()).body for number in range(800)]
    large = Entry(entry(0).header, len(bodies), b"".join(bodies))
    assert len(large.body) > 0.9 * REQUEST_BYTES_MAX
    sink = place.sink()
    place.fetch()
    await put(sink, [entry(1), large, entry(2)])
    # A broker may carry the large one as several messages.
    found = await asyncio.to_thread(place.read, 802)
    assert b"".join(recorded.body for recorded in found) == entry(1).body + large.body + entry(2).body
    assert sum(recorded.events for recorded in found) == 802


async def test_whoever_loads_may_read_again_from_any_offset(place: Place) -> None:
    sink = place.sink()
    place.fetch()
    await put(sink, [entry(number) for number in range(50)])
    found = await asyncio.to_thread(place.read, 50)
    for after in (0, 17, 49):
        again = place.journal.read(after, events_max=10**6, bytes_max=10**9)
        assert again == found[after:]
    assert place.journal.read(50, events_max=10**6, bytes_max=10**9) == []


def lines_by_game(found: list[Recorded]) -> dict[str | None, list[bytes]]:
    lines: defaultdict[str | None, list[bytes]] = defaultdict(list)
    for recorded in found:
        lines[decode_header(recorded.header).game_id].append(recorded.body)
    return dict(lines)
