"""Games that are dealt out in shares: each loader gets its own from the broker, and who lost a share writes nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from journals import engines
from journals.engines import eventually
from journals.places import Place, entry, put
from playtrace.config import Settings
from playtrace.event import Batch, Event, Refusal, RefusalReason
from playtrace.journal.by_url import open_inlet, open_outlet
from playtrace.journal.entry import by_game, decode_header, encode
from playtrace.journal.errors import BrokerAway, Fenced, JournalUnavailable
from playtrace.journal.fence import claim
from playtrace.journal.inlet import Inlet
from playtrace.journal.sqlite import Journal
from playtrace.shares import Share, part_of

pytestmark = pytest.mark.anyio

GAMES = ("arena", "loot", "kart", "chess", "golf", "game-1")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["kafka", "nats"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a journal in four partitions."""
    engine: engines.Engine = request.getfixturevalue(request.param)
    return engine.url(tmp_path.name.replace("_", "-")[-40:], "partitions=4")


def settings_of(folder: Path, url: str) -> Settings:
    folder.mkdir(exist_ok=True)
    return Settings.model_validate({"data": folder, "disk_free_bytes_min": 0, "journal_url": url})


@pytest.fixture
def loaders(tmp_path: Path, url: str) -> Iterator[list[tuple[Journal, Inlet]]]:
    """Of two shares, each with its journal."""
    found: list[tuple[Journal, Inlet]] = []
    for number in range(2):
        settings = settings_of(tmp_path / f"share-{number}", url)
        journal = Journal.open(settings.journal_path, settings)
        inlet = open_inlet(settings, journal, Share(number, 2))
        assert inlet is not None
        inlet.start()
        found.append((journal, inlet))
    yield found
    for journal, inlet in found:
        inlet.stop()
        journal.close()


def mixed() -> Batch:
    """A request that names several games, and has refused events of some."""
    return Batch(
        received_at=dt.datetime.now(dt.UTC),
        source="events",
        game_id="arena",
        events=[Event(name="seen", event_id=f"of {game}", game_id=game) for game in GAMES] + [Event(name="own")],
        refusals=[Refusal(0, RefusalReason.INVALID, "why", "", game) for game in ("loot", None)],
    )


def lines_of(journal: Journal) -> dict[str | None, list[bytes]]:
    found: dict[str | None, list[bytes]] = {}
    for recorded in journal.read(0, events_max=10**6, bytes_max=10**9):
        found.setdefault(decode_header(recorded.header).game_id, []).extend(recorded.body.splitlines())
    return found


async def test_each_share_gets_its_own_games_whole_and_in_order(
    tmp_path: Path, url: str, loaders: list[tuple[Journal, Inlet]]
) -> None:
    with closing(open_outlet(settings_of(tmp_path / "collector", url))) as sink:
        await put(sink, [entry(number, game) for number in range(30) for game in GAMES])
        await put(sink, [encode(mixed())])
        for _, inlet in loaders:
            await asyncio.wait_for(asyncio.wrap_future(inlet.caught_up()), engines.DEADLINE_S)
    told = [lines_of(journal) for journal, _ in loaders]
    for number, of_share in enumerate(told):
        assert {part_of(game or "", 2) for game in of_share} == {number}
    together = told[0] | told[1]
    assert together.keys() == {*GAMES, None}
    for game in GAMES:
        plain = [line for line in together[game] if b"of " not in line and b'"own"' not in line]
        assert plain == [entry(number, game).body.strip() for number in range(30)]
        assert sum(f"of {game}".encode() in line for line in together[game]) == 1
    assert sum(b'"own"' in line for line in together["arena"]) == 1


async def test_a_request_of_several_games_says_the_same_apart() -> None:
    parts = {decode_header(one.header).game_id: one for one in by_game(encode(mixed()))}
    assert list(parts) == [*GAMES, None]
    assert {game: one.events for game, one in parts.items()} == {"arena": 2, None: 0} | dict.fromkeys(GAMES[1:], 1)
    assert [game for game, one in parts.items() if decode_header(one.header).refusals] == ["loot", None]
    assert not entry(1).is_of_several_games


async def test_partitions_that_cannot_be_dealt_out_are_refused(tmp_path: Path, url: str) -> None:
    settings = settings_of(tmp_path / "loader", url)
    with closing(Journal.open(settings.journal_path, settings)) as journal:
        inlet = open_inlet(settings, journal, Share(0, 3))
        assert inlet is not None
        inlet.start()
        eventually(lambda: inlet.error is not None)
        assert "4 partitions, which cannot be dealt out among 3 shares" in str(inlet.error)
        inlet.stop()


async def test_who_counts_fewer_partitions_of_nats_than_there_are_is_refused(
    nats: engines.Engine, tmp_path: Path
) -> None:
    for partitions in (3, 2):
        url = nats.url("counted", f"partitions={partitions}")
        with closing(open_outlet(settings_of(tmp_path / str(partitions), url))) as sink:
            if partitions == 3:
                sink.look()
            else:
                with pytest.raises(BrokerAway, match="more than 2 partitions"):
                    sink.look()


async def test_whoever_lost_a_share_writes_nothing_more_into_its_journal(place_of_nats: Place) -> None:
    place_of_nats.stop_fetching()
    settings, path = place_of_nats.settings, place_of_nats.settings.data / "of-share.sqlite"
    sink = place_of_nats.sink()
    with closing(Journal.open(path, settings, epoch=3)) as journal:
        inlet = open_inlet(settings, journal)
        assert inlet is not None
        inlet.start()
        await put(sink, [entry(1)])
        await asyncio.to_thread(eventually, lambda: journal.head == 1)
        claim(path, 4)
        await put(sink, [entry(2)])
        await asyncio.to_thread(eventually, lambda: inlet.error is not None)
        assert "since epoch 4" in str(inlet.error)
        with pytest.raises(JournalUnavailable, match="since epoch 4"):
            await journal.append(entry(3))
        assert journal.head == 1
        inlet.stop()
    with pytest.raises(Fenced):
        Journal.open(path, settings, epoch=3)
    with closing(Journal.open(path, settings, epoch=4)) as journal:
        await journal.append(entry(4))
        assert journal.head == 2
