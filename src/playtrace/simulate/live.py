"""The arena game going on now: its players come and go, and each client sends what happened, as clients do."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from playtrace.event import Event
from playtrace.simulate.arena import ArenaScenario
from playtrace.simulate.delivery import RETRY_SECONDS_MAX, Delivery, DeliveryReport
from playtrace.simulate.population import BREAK_MS, MINUTE_MS, PlannedSession, Player

SEND_INTERVAL_S = 5.0
"""A client sends this often; a start, an end and a crash are sent at once."""
NEW_PLAYER_SHARE = 0.05
"""Share of new sessions that are somebody's first."""
NEW_PLAYERS_INTERVAL_S = 20.0
"""Somebody new comes at least this often."""

_TICK_S = 0.25
_RAMP_S = 10.0
_LATELY_MS = 20 * MINUTE_MS
_AT_ONCE = frozenset({"session_start", "session_end", "crash"})

LiveProgress = Callable[[DeliveryReport, int], None]
"""Called about four times a second with the report and the number of players in play."""


@dataclass(slots=True)
class _Client:
    """One session that goes on. Times are in milliseconds of the server's side; the player's clock may be wrong."""

    events: list[Event]
    started_ms: int
    skew_s: int
    sent: int
    send_at_ms: float
    density: float = 0.0
    """Events per second over the whole session."""

    def due(self, now_ms: int) -> list[Event]:
        """What happened since the last sending, if it is time to send; else nothing."""
        elapsed_ms = now_ms - self.started_ms
        end = self.sent
        urgent = False
        while end < len(self.events) and (self.events[end].mono_ms or 0) <= elapsed_ms:
            urgent |= self.events[end].name in _AT_ONCE
            end += 1
        if end == self.sent or (now_ms < self.send_at_ms and not urgent):
            return []
        due = self.events[self.sent : end]
        self.sent = end
        self.send_at_ms = now_ms + SEND_INTERVAL_S * 1000
        return due


async def play_live(
    scenario: ArenaScenario,
    server: str,
    rate: float | None,
    stop: asyncio.Event,
    *,
    key: str | None = None,
    requests_at_once: int = 16,
    retry_seconds_max: float = RETRY_SECONDS_MAX,
    on_progress: LiveProgress | None = None,
) -> DeliveryReport:
    """Plays until `stop` is set.

    With a `rate`, at about as many events per second; it is reached within some ten seconds. Without one the game goes
    on as its history did: who was playing plays on, and those come who are planned, as many as on the days before.
    The players are those of the scenario, and new ones come. A client whose clock is wrong says so by its
    `sent_at`. When the server is slow or away, clients wait and then send what they have. Raises `DeliveryError`.
    """
    async with Delivery(server, key, connections=requests_at_once, retry_seconds_max=retry_seconds_max) as delivery:
        queue: asyncio.Queue[tuple[list[Event], int]] = asyncio.Queue(requests_at_once * 4)

        async def send() -> None:
            while True:
                events, skew_s = await queue.get()
                sent_at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=skew_s)
                await delivery.send_events(delivery.encode_events(events, sent_at), len(events))
                queue.task_done()

        async def play() -> None:
            now_ms = time.time_ns() // 1_000_000
            lobby = _Planned(scenario, now_ms) if rate is None else _Lobby(scenario, rate)
            while not stop.is_set():
                now_ms = time.time_ns() // 1_000_000
                for client, events in lobby.step(now_ms):
                    await queue.put((events, client.skew_s))
                if on_progress is not None:
                    on_progress(delivery.report, lobby.players)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _TICK_S)

        async def wait_for_stop() -> None:
            await stop.wait()

        senders = [asyncio.create_task(send()) for _ in range(requests_at_once)]
        player = asyncio.create_task(play())
        stopped = asyncio.create_task(wait_for_stop())
        try:
            await asyncio.wait([player, stopped, *senders], return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.gather(player, queue.join()), 5)
        finally:
            tasks = [player, stopped, *senders]
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result
    return delivery.report


class _Lobby:
    """Lets in as many players as the rate needs."""

    def __init__(self, scenario: ArenaScenario, rate: float) -> None:
        self._scenario = scenario
        self._rate = rate
        # Which player comes when is a matter of chance here: a live game is not repeatable anyway.
        self._rng = Random()
        self._clients: list[_Client] = []
        self._density = 0.0
        self._opened_ms: int | None = None
        self._newcomer_at_ms = 0.0

    @property
    def players(self) -> int:
        return len(self._clients)

    def step(self, now_ms: int) -> list[tuple[_Client, list[Event]]]:
        """What each client wants to send now."""
        if self._opened_ms is None:
            self._opened_ms = now_ms
        ramp = min(1.0, (now_ms - self._opened_ms + 1000) / (_RAMP_S * 1000))
        while not self._clients or self._density < self._rate * ramp:
            self._enter(now_ms)
        if now_ms >= self._newcomer_at_ms:
            self._newcomer_at_ms = now_ms + NEW_PLAYERS_INTERVAL_S * 1000
            self._enter(now_ms, new_share=1.0)
        sending, self._clients = _due(self._clients, now_ms)
        self._density = sum(client.density for client in self._clients)
        return sending

    def _enter(self, now_ms: int, new_share: float = NEW_PLAYER_SHARE) -> None:
        player = self._scenario.pick_live_player(self._rng, now_ms, new_share)
        minutes = max(1.0, player.session_minutes * self._rng.lognormvariate(0, 0.55))
        events = self._scenario.play_session(player, now_ms + player.clock_skew_s * 1000, minutes)
        length_ms = max(1000, events[-1].mono_ms or 0)
        player.busy_until_ms = now_ms + length_ms + 60_000
        density = len(events) * 1000 / length_ms
        send_at_ms = now_ms + self._rng.random() * SEND_INTERVAL_S * 1000
        self._clients.append(_Client(events, now_ms, player.clock_skew_s, 0, send_at_ms, density))
        self._density += density


class _Planned:
    """Lets in whom the scenario has planned for now.

    After a history, who was playing at its end goes on, and who came since is let in. Without one nobody is there yet:
    those who would have come lately come at once. In a quiet hour the next one comes when the last one leaves, so that
    somebody is always there to be seen.
    """

    def __init__(self, scenario: ArenaScenario, now_ms: int) -> None:
        self._scenario = scenario
        self._start_ms_min = scenario.end_ms if scenario.was_played else now_ms
        self._coming = scenario.sessions_from(scenario.end_ms if scenario.was_played else now_ms - _LATELY_MS)
        self._next = next(self._coming)
        self._clients = [_Client(s.events, s.start_ms, 0, s.told, now_ms) for s in scenario.open_sessions()]

    @property
    def players(self) -> int:
        return len(self._clients)

    def step(self, now_ms: int) -> list[tuple[_Client, list[Event]]]:
        """What each client wants to send now."""
        while self._next[1].start_ms <= now_ms or not self._clients:
            self._enter(*self._next, now_ms)
            self._next = next(self._coming)
        sending, self._clients = _due(self._clients, now_ms)
        return sending

    def _enter(self, player: Player, session: PlannedSession, now_ms: int) -> None:
        # Nobody plays twice at a time.
        start_ms = max(min(session.start_ms, now_ms), self._start_ms_min, player.busy_until_ms)
        events = self._scenario.play_session(player, start_ms + player.clock_skew_s * 1000, session.minutes)
        player.busy_until_ms = start_ms + (events[-1].mono_ms or 0) + BREAK_MS
        self._clients.append(_Client(events, start_ms, player.clock_skew_s, 0, start_ms))


def _due(clients: list[_Client], now_ms: int) -> tuple[list[tuple[_Client, list[Event]]], list[_Client]]:
    """What each client wants to send now, and those that have more to send later."""
    sending = [(client, events) for client in clients if (events := client.due(now_ms))]
    return sending, [client for client in clients if client.sent < len(client.events)]
