"""How simulated clients behave towards a server that is slow, busy, wrong or away.

The server here is a few lines that answer as told: a real one does not fail on demand.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import web

from playtrace.simulate.arena import ArenaScenario
from playtrace.simulate.delivery import ServerRefused, ServerUnreachable
from playtrace.simulate.live import play_live
from playtrace.simulate.loot import LootScenario, submit_sheets
from playtrace.simulate.upload import upload

END = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
Answer = Callable[[int, Any], web.Response]


def accept(_number: int, body: Any) -> web.Response:
    return web.json_response({"accepted": len(body["events"]), "rejected": []}, status=202)


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[tuple[str, list[tuple[web.Request, Any]]]]:
    requests: list[tuple[web.Request, Any]] = []

    async def handle(request: web.Request) -> web.Response:
        body = msgspec.json.decode(await request.read())
        requests.append((request, body))
        return answer(len(requests), body)

    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_post("/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", requests
    finally:
        await runner.cleanup()


def history() -> ArenaScenario:
    return ArenaScenario(seed=1, players=20, days=2, end=END)


def test_upload_sends_everything_once_with_the_key():
    async def run() -> None:
        scenario = history()
        async with server(accept) as (url, requests):
            report = await upload(scenario.batches(300), url, "secret")
        sent = [event["event_id"] for _, body in requests for event in body["events"]]
        assert len(sent) == len(set(sent)) == scenario.truth().events == report.accepted
        assert report.rejected == report.retries == 0
        assert all(request.headers["Authorization"] == "Bearer secret" for request, _ in requests)
        assert all(request.path == "/api/events" for request, _ in requests)
        # Old events: a time of sending would look like a wrong clock.
        assert all("sent_at" not in body for _, body in requests)

    asyncio.run(run())


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(status: int):
    def busy_at_first(number: int, body: Any) -> web.Response:
        if number <= 2:
            return web.json_response({"title": "busy"}, status=status, headers={"Retry-After": "0"})
        return accept(number, body)

    async def run() -> None:
        scenario = history()
        async with server(busy_at_first) as (url, _):
            report = await upload(scenario.batches(300), url, requests_at_once=1)
        assert report.accepted == scenario.truth().events
        assert report.retries == 2

    asyncio.run(run())


def test_rejected_events_are_counted_with_their_reasons():
    def picky(number: int, body: Any) -> web.Response:
        if number == 1:
            return web.json_response({"detail": "no thanks"}, status=400)
        rejected = [{"index": 0, "error": "time: too old"}]
        return web.json_response({"accepted": len(body["events"]) - 1, "rejected": rejected}, status=202)

    async def run() -> None:
        scenario = history()
        async with server(picky) as (url, requests):
            report = await upload(scenario.batches(300), url, requests_at_once=1)
        assert report.accepted + report.rejected == scenario.truth().events
        assert report.reasons == {"400: no thanks": 300, "time: too old": len(requests) - 1}

    asyncio.run(run())


def test_a_wrong_key_ends_it_at_once():
    async def run() -> None:
        async with server(lambda *_: web.json_response({"detail": "unknown key"}, status=401)) as (url, requests):
            with pytest.raises(ServerRefused, match="401: unknown key"):
                await upload(history().batches(), url, "wrong", requests_at_once=1)
            assert len(requests) == 1

    asyncio.run(run())


def test_nobody_there():
    async def run() -> None:
        async with server(accept) as (url, _):
            pass
        with pytest.raises(ServerUnreachable, match="took nothing"):
            await upload(history().batches(), url, retry_seconds_max=0.5)

    asyncio.run(run())


def test_an_address_that_is_none():
    with pytest.raises(ServerRefused, match="no address"):
        asyncio.run(upload(history().batches(), "localhost:8080"))


def test_live_play_sends_small_batches_of_one_player_with_the_clock():
    async def run() -> None:
        stop = asyncio.Event()
        scenario = history()
        before = scenario.players
        enough = 400

        def count(number: int, body: Any) -> web.Response:
            if number >= enough:
                stop.set()
            return accept(number, body)

        async with server(count) as (url, requests):
            report = await asyncio.wait_for(play_live(scenario, url, 300, stop), 60)
        assert report.accepted == sum(len(body["events"]) for _, body in requests)
        assert report.rejected == 0
        skews = {}
        for _, body in requests:
            events = body["events"]
            assert len({event["player_id"] for event in events}) == 1
            last = dt.datetime.fromisoformat(events[-1]["time"])
            sent_at = dt.datetime.fromisoformat(body["sent_at"])
            # Client time and sending come from the same, perhaps wrong, clock.
            assert dt.timedelta() <= sent_at - last < dt.timedelta(seconds=30)
            skews[events[0]["player_id"]] = round((sent_at - dt.datetime.now(dt.UTC)).total_seconds() / 1800)
        assert scenario.players > before
        assert len(set(skews.values())) > 1
        for session in {event["session_id"] for _, body in requests for event in body["events"]}:
            seqs = [e["seq"] for _, body in requests for e in body["events"] if e["session_id"] == session]
            assert sorted(seqs) == list(range(len(seqs)))

    asyncio.run(run())


def test_live_play_goes_on_with_the_players_of_the_history():
    async def run() -> None:
        stop = asyncio.Event()
        scenario = history()
        known = {event.player_id for batch in scenario.batches() for event in batch}

        def once(number: int, body: Any) -> web.Response:
            if number >= 20:
                stop.set()
            return accept(number, body)

        async with server(once) as (url, requests):
            await asyncio.wait_for(play_live(scenario, url, 20, stop), 60)
        seen = {event["player_id"] for _, body in requests for event in body["events"]}
        assert seen & known
        assert seen - known

    asyncio.run(run())


def test_live_play_without_a_rate_goes_on_as_planned():
    async def run() -> None:
        stop = asyncio.Event()
        # An evening, when many play; what was played since then is sent at once. On the hour: at some minutes of it
        # nobody of these few plays.
        end = (dt.datetime.now(dt.UTC) - dt.timedelta(days=1)).replace(hour=20, minute=0, second=0, microsecond=0)
        scenario = ArenaScenario(seed=1, players=200, days=2, end=end)
        told = Counter(event.session_id for batch in scenario.batches() for event in batch)
        going_on = {session.events[0].session_id for session in scenario.open_sessions()}
        assert going_on
        seen: set[str] = set()

        def until_all_spoke(_number: int, body: Any) -> web.Response:
            seen.update(event["session_id"] for event in body["events"])
            if seen >= going_on:
                stop.set()
            return accept(_number, body)

        async with server(until_all_spoke) as (url, requests):
            await asyncio.wait_for(play_live(scenario, url, None, stop), 120)
        first: dict[str, int] = {}
        for _, body in requests:
            for event in body["events"]:
                first[event["session_id"]] = min(event["seq"], first.get(event["session_id"], event["seq"]))
        assert {session: first[session] for session in going_on} == {session: told[session] for session in going_on}

    asyncio.run(run())


def test_live_play_without_a_history_does_not_wait_for_the_first_player():
    async def run() -> None:
        stop = asyncio.Event()
        scenario = ArenaScenario(seed=1, players=2000, days=2, end=dt.datetime.now(dt.UTC))

        def once(number: int, body: Any) -> web.Response:
            stop.set()
            return accept(number, body)

        async with server(once) as (url, requests):
            await asyncio.wait_for(play_live(scenario, url, None, stop), 60)
        assert requests[0][1]["events"][0]["name"] == "session_start"

    asyncio.run(run())


def test_somebody_plays_in_a_quiet_hour_too():
    def history(seed: int) -> ArenaScenario:
        scenario = ArenaScenario(seed=seed, players=3, days=2, end=end)
        assert list(scenario.batches())
        return scenario

    def is_quiet(scenario: ArenaScenario) -> bool:
        _, session = next(scenario.sessions_from(scenario.end_ms))
        return not scenario.open_sessions() and session.start_ms > scenario.end_ms + 600_000

    async def run(seed: int) -> list[Any]:
        stop = asyncio.Event()

        def once(number: int, body: Any) -> web.Response:
            stop.set()
            return accept(number, body)

        async with server(once) as (url, requests):
            await asyncio.wait_for(play_live(history(seed), url, None, stop), 60)
            return requests

    end = dt.datetime.now(dt.UTC)
    quiet = next(seed for seed in range(100) if is_quiet(history(seed)))
    event = asyncio.run(run(quiet))[0][1]["events"][0]
    assert event["name"] == "session_start"
    assert dt.datetime.fromisoformat(event["time"]) < end + dt.timedelta(minutes=2)


def test_live_play_tells_when_the_server_refuses():
    async def run() -> None:
        async with server(lambda *_: web.json_response({"detail": "no such game"}, status=404)) as (url, _):
            with pytest.raises(ServerRefused, match="no such game"):
                await play_live(history(), url, 50, asyncio.Event())

    asyncio.run(run())


def test_stat_sheets_are_all_submitted():
    def picky(number: int, _body: Any) -> web.Response:
        if number == 3:
            return web.json_response({"error": "Missing required field: match_id"}, status=400)
        return web.json_response({"success": True, "id": number}, status=201)

    async def run() -> None:
        scenario = LootScenario(matches=25, players=4, end=END)
        progress: list[int] = []
        async with server(picky) as (url, requests):
            report = await submit_sheets(
                scenario, url, game_id="loot", on_progress=lambda report: progress.append(report.accepted)
            )
        assert (report.accepted, report.rejected) == (99, 1)
        assert report.reasons == {"400: Missing required field: match_id": 1}
        assert len(requests) == len(progress) == 100
        assert all(request.path_qs == "/api/submit?gameId=loot" for request, _ in requests)

    asyncio.run(run())
