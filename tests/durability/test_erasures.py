"""Erasing players: at once from answers, then from every file, whoever is killed meanwhile."""

from __future__ import annotations

import datetime as dt
import json
import math
import multiprocessing
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from playtrace.bench.loading import as_sent
from playtrace.bench.month import GAME, asked_of
from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.load.compaction import tidy_days
from playtrace.metrics.frame.metric import metrics
from playtrace.operate import receipt as receipts
from playtrace.operate.erasures import Erasures
from playtrace.operate.stopped import Stopped, everything_loaded
from playtrace.registry.registry import Registry
from playtrace.simulate.arena import ArenaScenario

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
GONE = [f"player-{number:05}" for number in range(0, 60, 20)]
KEPT = [f"player-{number:05}" for number in range(60) if number % 20]


def batches(players: list[str]) -> Iterator[Batch]:
    for hour in range(6):
        events = [
            Event(
                name=("session_start", "position", "purchase", "crash")[step],
                player_id=player,
                session_id=f"session-of-{player}-{hour}",
                device_id=f"device-of-{player}",
                time=NOW - dt.timedelta(hours=30 - 5 * hour, seconds=step),
                mono_ms=step * 1000,
                map="arena",
                x=float(step),
                y=1.0,
                value=1.5,
                currency="USD",
                props={"friend": f"friend-of-{player}", "product": "pack"},
            )
            for player in players
            for step in range(4)
        ]
        yield Batch(received_at=NOW, source="test", game_id="arena", events=events)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    settings = Settings(data=tmp_path / "data")
    with closing(Registry.open(settings.registry_database)) as registry:
        registry.games.add("arena")
    with everything_loaded(settings) as stopped:
        for batch in batches(GONE + KEPT):
            stopped.journal.append_and_wait(encode(batch))
        load(stopped)
    return settings.data


def load(stopped: Stopped) -> None:
    while stopped.loader.load_waiting() is not None:
        pass


def erasures_in(stopped: Stopped, registry: Registry, data: Path, *, gathered_s: float = 0) -> Erasures:
    return Erasures(
        stopped.store,
        registry,
        stopped.journal,
        stopped.loader,
        Settings(data=data),
        touched=lambda days: None,
        gathered=dt.timedelta(seconds=gathered_s),
    )


def files_with(data: Path, *texts: str) -> set[str]:
    """Names of files in which one of these texts stands, as it is."""
    found: set[str] = set()
    for path in data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if any(text.encode() in content for text in texts):
                found.add(path.name)
    return found


def named_in_store(data: Path, *texts: str) -> list[tuple[str, str]]:
    """Tables and columns in which one of these texts stands, however they are compressed."""
    found: list[tuple[str, str]] = []
    with duckdb.connect(str(data / "store.duckdb"), read_only=True) as store:
        columns = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        for table, column in store.execute(columns).fetchall():
            conditions = " OR ".join(f'contains(CAST("{column}" AS VARCHAR), ?)' for _ in texts)
            if store.execute(f'SELECT 1 FROM "{table}" WHERE {conditions} LIMIT 1', list(texts)).fetchall():
                found.append((table, column))
    return found


def ids() -> list[str]:
    return [f"{kind}{player}" for player in GONE for kind in ("", "session-of-", "device-of-", "friend-of-")]


def test_erased_players_are_in_no_file_when_the_receipt_is_there_and_the_receipt_tells_if_it_was_changed(data: Path):
    settings = Settings(data=data)
    assert files_with(data, *GONE)
    with closing(Registry.open(settings.registry_database)) as registry:
        with everything_loaded(settings) as stopped:
            erasures = erasures_in(stopped, registry, data, gathered_s=3600)
            asked = erasures.ask("arena", GONE)
            # Invisible at once, and not yet due on the disk.
            left = stopped.store.query("SELECT DISTINCT player_id FROM events ORDER BY 1").column(0).to_pylist()
            assert left == KEPT
            assert (asked.rewritten_at, asked.receipt) == (None, None)
            erasures.work()
            assert erasures.listed("arena")[0].rewritten_at is None
            due = erasures_in(stopped, registry, data)
            while due.work() == 0.0:
                pass
            finished = due.listed("arena")[0]
            assert due.listed("harbour") == []
            # It goes on as if nothing had been.
            stopped.journal.append_and_wait(encode(next(batches(KEPT[:1]))))
            load(stopped)
            assert stopped.store.query("SELECT 1 FROM events").num_rows == 4 * (6 * len(KEPT) + 1)
        assert files_with(data, *ids()) == set()
        assert files_with(data, KEPT[0])
        assert named_in_store(data, KEPT[0])
        assert named_in_store(data, *GONE) == []
        assert finished.player_ids is None
        secret = registry.refused_players.secret()
    assert finished.receipt is not None
    said = receipts.read(finished.receipt, secret)
    assert said is not None
    assert said["removedRows"]["events"] == 4 * 6 * len(GONE)
    assert len(said["playerHashes"]) == len(GONE)
    changed: dict[str, Any] = json.loads(finished.receipt)
    assert receipts.read(json.dumps(changed), secret) == said
    changed["receipt"]["finishedAt"] = "2020-01-01T00:00:00+00:00"
    assert receipts.read(json.dumps(changed), secret) is None
    assert receipts.read(finished.receipt, bytes(32)) is None
    for nonsense in ("", "[]", "{}", '{"receipt": 1, "signature": 2}'):
        with pytest.raises(receipts.ReceiptUnreadable):
            receipts.read(nonsense, secret)


def erase_and_die(data: Path, kill_after_steps: int | None, game: str = "arena", gone: list[str] = GONE) -> None:
    """Ends itself after so many writes, as a kill -9 would; None: it comes to its end."""
    from playtrace.store.duckdb import Store

    settings = Settings(data=data)
    left = math.inf if kill_after_steps is None else kill_after_steps

    def step() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("writing", "rewrite", "_copy_into", "_connect"):
        whole = getattr(Store, name)

        def dying(self: Any, *arguments: Any, _whole: Any = whole, **named: Any) -> Any:
            step()
            return _whole(self, *arguments, **named)

        setattr(Store, name, dying)
    with closing(Registry.open(settings.registry_database)) as registry, everything_loaded(settings) as stopped:
        erasures = erasures_in(stopped, registry, data)
        if not erasures.listed(game):
            erasures.ask(game, gone)
        while erasures.work() == 0.0:
            pass
        erasures.work()


@pytest.mark.drill
@pytest.mark.timeout(1200)
def test_whoever_is_killed_meanwhile_goes_on_and_everything_is_gone_in_the_end(data: Path):
    """Ten times, each a little later."""
    spawn = multiprocessing.get_context("spawn")
    for kill_after_steps in range(2, 40, 4):
        process = spawn.Process(target=erase_and_die, args=(data, kill_after_steps))
        process.start()
        process.join(120)
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
    else:
        raise AssertionError("It never came to its end.")
    settings = Settings(data=data)
    assert files_with(data, *ids()) == set()
    with closing(Registry.open(settings.registry_database)) as registry, everything_loaded(settings) as stopped:
        (one,) = erasures_in(stopped, registry, data).listed("arena")
        assert one.receipt is not None
        assert one.said["removedRows"]["events"] == 4 * 6 * len(GONE)
        assert stopped.store.query("SELECT 1 FROM events").num_rows == 4 * 6 * len(KEPT)
    assert not list(data.glob("*.anew*"))


def differences(one: Any, other: Any, path: str) -> list[str]:
    """Where two answers say something else, but for the order in which floating point numbers were added."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [each for key in one for each in differences(one[key], other[key], f"{path}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [each for at in range(len(one)) for each in differences(one[at], other[at], f"{path}[{at}]")]
    if isinstance(one, float) and isinstance(other, float):
        return [] if math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9) else [f"{path}: {one} and {other}"]
    return [] if one == other else [f"{path}: {one!r} and {other!r}"[:300]]


def answers_of(stopped: Stopped, end: dt.datetime, player: str) -> dict[str, Any]:
    """Every metric of the catalogue, from rollups and from events. `next` is a place in the journal, not a figure."""
    found: dict[str, Any] = {}
    for name, metric in metrics().items():
        for source in ("auto", "raw"):
            asked = asked_of(name, end, source, 30)
            asked |= {"playerId": player} if "playerId" in asked else {}
            answer = metric.answer(metric.parameters.model_validate(asked), stopped.store, now=end)
            found[f"{name} {source}"] = answer.model_dump(exclude={"source", "elapsed_ms", "next"}, by_alias=False)
    return found


def killed_and_finished(loaded: Path, game: str, gone: list[str], times: int) -> Path:
    """Erases in copies of a folder, each killed at a later write than the one before, and then to the end. Returns the
    folder of the last."""
    spawn = multiprocessing.get_context("spawn")
    killed, invisible, data = 0, 0, loaded
    for number in range(times):
        data = shutil.copytree(loaded, loaded.with_name(f"killed-{number}"))
        for kill_after_steps in (number, None):
            process = spawn.Process(target=erase_and_die, args=(data, kill_after_steps, game, gone))
            process.start()
            process.join(600)
            if kill_after_steps is None:
                assert process.exitcode == 0
                break
            killed += process.exitcode == -signal.SIGKILL
            # What opens the folder goes on with nothing but what waits to be loaded.
            with everything_loaded(Settings(data=data)) as stopped:
                invisible += stopped.store.query("SELECT 1 FROM erasures").num_rows
        assert files_with(data, *gone) == set()
        if number < times - 1:
            shutil.rmtree(data)
    print(f"{killed} of {times} killed, {invisible} of them behind the transaction that erases")
    assert killed == times
    return data


@pytest.mark.drill
@pytest.mark.timeout(3600)
def test_of_a_million_events_every_metric_is_that_of_a_history_without_fifty_players(tmp_path: Path):
    """Killed ten times on the way, and not at all."""
    now = dt.datetime.now(dt.UTC)
    players = int(os.environ.get("PLAYERS", "2200"))
    scenario = ArenaScenario(seed=5, players=players, days=9, end=now, game_id=GAME)
    batches = [Batch(received_at=now, source="events", events=sent) for sent in as_sent(scenario.batches(), 500)]
    loads = [batches[start : start + 100] for start in range(0, len(batches), 100)]
    counted = Counter(event.player_id for load in loads for batch in load for event in batch.events if event.player_id)
    player, *others = sorted(counted)
    gone = others[:: max(2, len(others) // 50)][:50]
    print(f"{sum(counted.values())} events, {len(counted)} players, {len(gone)} of them erased")
    days = [(now - dt.timedelta(days=ago)).date() for ago in range(33)]

    def loaded(data: Path) -> Path:
        settings = Settings(data=data)
        with closing(Registry.open(settings.registry_database)), everything_loaded(settings) as stopped:
            for load_ in loads:
                stopped.loader.load_batches(load_)
            tidy_days(stopped.store, settings, days)
        return data

    @contextmanager
    def opened(data: Path) -> Generator[tuple[Stopped, Erasures]]:
        settings = Settings(data=data)
        with closing(Registry.open(settings.registry_database)) as registry, everything_loaded(settings) as stopped:
            yield stopped, erasures_in(stopped, registry, data)

    found: dict[str, dict[str, Any]] = {}
    data = loaded(tmp_path / "data")
    killed = killed_and_finished(data, GAME, gone, 10)
    with opened(killed) as (stopped, _):
        found["killed"] = answers_of(stopped, now, player)
        tidy_days(stopped.store, Settings(data=killed), days)
        found["killed and tidied"] = answers_of(stopped, now, player)
    with opened(data) as (stopped, erasures):
        began = time.monotonic()
        asked = erasures.ask(GAME, gone)
        print(f"invisible after {time.monotonic() - began:.1f} s: {asked.said}")
        # Before anything is made anew of days, and after.
        found["invisible"] = answers_of(stopped, now, player)
        began = time.monotonic()
        while erasures.work() == 0.0:
            pass
        print(f"off the disk after {time.monotonic() - began:.1f} s more")
        tidy_days(stopped.store, Settings(data=data), days)
        assert erasures.listed(GAME)[0].receipt is not None
        found["gone"] = answers_of(stopped, now, player)
    for folder in (data, killed):
        assert files_with(folder, *gone) == set()
        assert named_in_store(folder, *gone) == []
    for load_ in loads:
        for batch in load_:
            batch.events = [event for event in batch.events if event.player_id not in gone]
    with opened(loaded(tmp_path / "oracle")) as (stopped, _):
        expected = answers_of(stopped, now, player)
    wrong = [
        f"{when}: {each}"
        for when, answers in found.items()
        for name, answer in answers.items()
        if not name.startswith("data_quality")  # what was received stays in the books
        for each in differences(answer, expected[name], name)
    ]
    print(f"{len(expected)} answers, {len(found)} times; {len(wrong)} differences {wrong[:10]}")
    assert wrong == []
