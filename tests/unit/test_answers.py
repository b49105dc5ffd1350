"""Answers of metrics that are kept, and asked once for all who wait: the class itself, over a real store."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from playtrace.api import answers
from playtrace.api.answers import KEPT_SECONDS_MAX, Answer, Answers
from playtrace.api.turns import WAITING_OF_ONE_MAX, Turns
from playtrace.config import Settings
from playtrace.problems import Unavailable
from playtrace.store.asker import Asker
from playtrace.store.duckdb import Store
from playtrace.store.errors import AskerLeft, QueryTimeout

ENDLESS = "SELECT count(*) FROM range(100_000_000) AS a(i), range(100_000_000) AS b(j) WHERE i * j % 7 = 1"
T = TypeVar("T")


class Asked:
    """One place for questions, as a server with `query_concurrency` 1 has it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = 0.0
        self.answers = Answers(lambda: store.version, lambda: self.now)
        self.turns = Turns(1)
        self.count = 0
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.is_begun = threading.Event()

    def work_out(self) -> bytes:
        self.count += 1
        self.is_begun.set()
        self.goes_on.wait()
        return str(self.count).encode()

    def endless(self) -> bytes:
        self.is_begun.set()
        with self.store.reading() as reader:
            return str(reader.rows(ENDLESS)).encode()

    async def ask(
        self, question: str = "q", work_out: Callable[[], bytes] | None = None, reader: str = "reader"
    ) -> Answer:
        return await self.answers.answer(question, work_out or self.work_out, lambda: self.turns.turn(reader))

    async def ask_as(self, asker: Asker, work_out: Callable[[], bytes]) -> Answer:
        Asker.current.set(asker)
        return await self.ask(work_out=work_out)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("store")
    store = Store.open(folder / "store.duckdb", Settings(data=folder, query_seconds_max=3600))
    yield store
    store.close()


def in_loop(store: Store, test: Callable[[Asked], Awaitable[T]]) -> T:
    async def run() -> T:
        return await test(Asked(store))

    return asyncio.run(run())


def change(store: Store) -> None:
    with store.writing() as connection:
        connection.execute("DELETE FROM books")


def test_ten_who_ask_at_once_are_one_question(store: Store):
    async def test(asked: Asked) -> None:
        asked.goes_on.clear()
        asking = [asyncio.create_task(asked.ask(reader=f"reader {number}")) for number in range(10)]
        await asyncio.to_thread(asked.is_begun.wait)
        asked.goes_on.set()
        assert {answer.body for answer in await asyncio.gather(*asking)} == {b"1"}

    in_loop(store, test)


def test_an_answer_is_kept_until_the_store_changes_or_it_is_old(store: Store):
    async def test(asked: Asked) -> None:
        assert await asked.ask() == Answer(b"1", 0.0)
        asked.now = KEPT_SECONDS_MAX
        assert await asked.ask() == Answer(b"1", KEPT_SECONDS_MAX)
        assert await asked.ask("another") == Answer(b"2", 0.0)
        asked.now += 1
        assert await asked.ask() == Answer(b"3", 0.0)
        change(store)
        assert await asked.ask() == Answer(b"4", 0.0)
        assert (await asked.ask("another")).body == b"5"

    in_loop(store, test)


def test_what_changed_while_it_was_worked_out_is_asked_anew(store: Store):
    async def test(asked: Asked) -> None:
        asked.goes_on.clear()
        first = asyncio.create_task(asked.ask())
        await asyncio.to_thread(asked.is_begun.wait)
        change(store)
        asked.is_begun.clear()
        second = asyncio.create_task(asked.ask())
        await asyncio.sleep(0)
        asked.goes_on.set()
        assert (await first, await second) == (Answer(b"1", 0.0), Answer(b"2", 0.0))
        assert (await asked.ask()).body == b"2"

    in_loop(store, test)


def test_what_is_kept_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answers, "KEPT_BYTES_MAX", 3)

    async def test(asked: Asked) -> None:
        for question in "abc":
            await asked.ask(question)
        assert (await asked.ask("a")).body == b"1"
        await asked.ask("d")
        assert [(await asked.ask(question)).body for question in "acd"] == [b"1", b"3", b"4"]
        assert (await asked.ask("b")).body == b"5"
        assert (await asked.ask("large", lambda: b"1234")).body == b"1234"
        assert (await asked.ask("b")).body == b"5"

    in_loop(store, test)


def test_an_error_is_told_to_all_and_not_kept(store: Store):
    def fails() -> bytes:
        asked_twice.append(1)
        raise ValueError("wrong")

    asked_twice: list[int] = []

    async def test(asked: Asked) -> None:
        outcomes = await asyncio.gather(*(asked.ask(work_out=fails) for _ in range(3)), return_exceptions=True)
        assert [str(outcome) for outcome in outcomes] == ["wrong"] * 3
        assert asked_twice == [1]
        assert (await asked.ask()).body == b"1"

    in_loop(store, test)


def test_the_question_goes_on_until_the_last_has_left(store: Store):
    async def test(asked: Asked) -> None:
        askers = [Asker() for _ in range(3)]
        asking = [asyncio.create_task(asked.ask_as(asker, asked.endless)) for asker in askers]
        await asyncio.to_thread(asked.is_begun.wait)
        for asker, left in zip(askers[:2], asking[:2], strict=True):
            asker.leave()
            with pytest.raises(AskerLeft):
                await left
        waiting = asyncio.create_task(asked.ask("behind it"))
        await asyncio.sleep(0)
        assert not asking[2].done() and not waiting.done()
        askers[2].leave()
        with pytest.raises((AskerLeft, QueryTimeout)):
            await asking[2]
        # Its place is free, and who asks the same is not given what was ended.
        assert (await waiting).body == b"1"
        assert (await asked.ask()).body == b"2"

    in_loop(store, test)


def test_who_waits_for_too_much_else_fails_alone(store: Store):
    async def test(asked: Asked) -> None:
        asked.goes_on.clear()
        busy = [
            asyncio.create_task(asked.ask(f"{number}", reader="greedy")) for number in range(WAITING_OF_ONE_MAX + 1)
        ]
        await asyncio.to_thread(asked.is_begun.wait)
        for _ in range(10):  # each of them comes as far as it can
            await asyncio.sleep(0)
        greedy = asyncio.create_task(asked.ask("same", reader="greedy"))
        other = asyncio.create_task(asked.ask("same", reader="other"))
        with pytest.raises(Unavailable):
            await greedy
        asked.goes_on.set()
        assert (await other).body
        await asyncio.gather(*busy)

    in_loop(store, test)
