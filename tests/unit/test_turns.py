"""Questions take turns: so many at once, a bounded number waits, and one reader leaves places to others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import pytest

from playtrace.api.live import Feed, pause_s
from playtrace.api.turns import WAITING_MAX, WAITING_OF_ONE_MAX, Turns
from playtrace.config import Settings
from playtrace.problems import Unavailable
from playtrace.server import Playtrace
from playtrace.store.asker import Asker
from playtrace.store.errors import AskerLeft

QUESTIONS = 150
AT_ONCE = 4


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def runs() -> None:
        asyncio.run(test())

    return runs


class Asking:
    """Questions that are answered when the test says so."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.begun: list[str] = []
        self.answers: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, *names: str) -> None:
        """`ann-1` is a question of `ann`."""
        for name in names:
            self.answers[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._ask(name))
        await self.settle()

    async def _ask(self, name: str) -> None:
        async with self.turns.turn(name.partition("-")[0]):
            self.begun.append(name)
            await self.answers[name].wait()

    async def answer(self, *names: str) -> None:
        for name in names:
            self.answers[name].set()
        await self.settle()

    @staticmethod
    async def settle() -> None:
        for _ in range(20):
            await asyncio.sleep(0)


@run
async def test_readers_get_their_turns_one_after_the_other():
    asking = Asking(Turns(1))
    await asking.ask("ann-1", "ann-2", "ann-3", "bob-1", "cid-1", "bob-2")
    for name in ("ann-1", "ann-2", "bob-1", "cid-1", "ann-3", "bob-2"):
        assert asking.begun[-1] == name
        await asking.answer(name)


@run
async def test_one_reader_leaves_a_place_to_others():
    asking = Asking(Turns(3))
    await asking.ask("ann-1", "ann-2", "ann-3")
    assert asking.begun == ["ann-1", "ann-2"]
    await asking.ask("bob-1", "bob-2")
    assert asking.begun == ["ann-1", "ann-2", "bob-1"]
    await asking.answer("ann-2")
    assert asking.begun[3:] == ["ann-3"]
    await asking.answer("ann-1", "ann-3")
    assert asking.begun[4:] == ["bob-2"]


@run
async def test_no_more_wait_than_may():
    turns = Turns(1)
    asking = Asking(turns)
    await asking.ask(*(f"ann-{number}" for number in range(1 + WAITING_OF_ONE_MAX)))
    with pytest.raises(Unavailable) as refused:
        async with turns.turn("ann"):
            pass
    assert refused.value.retry_after_s
    await asking.ask(*(f"r{number}-1" for number in range(WAITING_MAX - WAITING_OF_ONE_MAX)))
    with pytest.raises(Unavailable):
        async with turns.turn("zoe"):
            pass
    for name in asking.tasks:
        asking.answers[name].set()
    await asyncio.gather(*asking.tasks.values())
    async with turns.turn("zoe"):
        pass


@run
async def test_who_leaves_gives_up_their_place():
    turns = Turns(1)
    asking = Asking(turns)
    await asking.ask("ann-1")
    asker = Asker()
    Asker.current.set(asker)
    await asking.ask("bob-1", "bob-2")
    Asker.current.set(None)
    await asking.ask("cid-1", "dan-1")
    asking.tasks["cid-1"].cancel()
    asker.leave()  # as it is of one request, that of bob-2 alone
    await asking.settle()
    with pytest.raises(AskerLeft):
        await asking.tasks["bob-2"]
    asking.tasks["bob-1"].cancel()
    await asking.answer("ann-1")
    assert asking.begun == ["ann-1", "dan-1"]
    await asking.answer("dan-1")
    with pytest.raises(AskerLeft):
        Asker.current.set(asker)
        async with turns.turn("bob"):
            pass
    Asker.current.set(None)
    async with turns.turn("ann"):
        pass


@pytest.mark.parametrize(("took_s", "pause"), [(0.0, 0.5), (0.05, 0.5), (0.2, 2.0), (0.5, 5.0), (30.0, 5.0)])
def test_the_live_view_asks_a_slow_store_less_often_and_still_asks(took_s: float, pause: float):
    assert pause_s(took_s) == pytest.approx(pause)


def test_health_sign_in_and_live_do_not_wait_behind_questions(tmp_path: Path):
    """Readers of the store that do not end have all of its places; then 150 questions come of one token."""
    settings = Settings.model_validate({"data": tmp_path, "open": True, "query_concurrency": AT_ONCE})

    async def ask() -> None:
        playtrace = Playtrace(settings)
        playtrace.start()
        held = ExitStack()
        try:
            transport = httpx2.ASGITransport(app=playtrace)
            async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=None) as client:
                sent = await client.post("/api/events", json=[{"game_id": "arena", "name": "login", "player_id": "p"}])
                assert sent.status_code == 202
                raw = "/api/metrics/timeseries?gameId=arena&source=raw"
                assert (await client.get(raw)).status_code == 200
                for _ in range(AT_ONCE):
                    await asyncio.to_thread(held.enter_context, playtrace.store.reading())
                headers = {"Authorization": "Bearer read_of_one"}
                # Each another one: equal ones are worked out once.
                questions = [
                    asyncio.create_task(client.get(f"{raw}&hours={hours}", headers=headers))
                    for hours in range(1, QUESTIONS + 1)
                ]
                refused = QUESTIONS - (AT_ONCE - 1) - WAITING_OF_ONE_MAX
                for answering in islice(asyncio.as_completed(questions), refused):
                    await answering
                # All the others are unanswered, and stay so until the places of the store are given back.
                assert (await client.get("/api/health")).status_code == 200
                assert (await client.get("/api/me")).status_code == 200
                wrong = {"email": "a@example.org", "password": "wrong password"}
                assert (await client.post("/api/session", json=wrong)).status_code == 401
                feed = Feed("arena", playtrace.store, playtrace.loader)
                assert '"hello"' in await asyncio.to_thread(feed.look, "hello")
                unanswered = [question for question in questions if not question.done()]
                assert len(unanswered) == QUESTIONS - refused
                for question in questions:
                    if question.done():
                        answer = question.result()
                        assert answer.status_code == 503
                        assert int(answer.headers["retry-after"]) > 0
                await asyncio.to_thread(held.close)
                assert {answer.status_code for answer in await asyncio.gather(*unanswered)} == {200}
        finally:
            # Else what goes wrong above is waited for, and not told.
            await asyncio.to_thread(held.close)
            await playtrace.close()

    asyncio.run(ask())
