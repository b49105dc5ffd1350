"""What happens now: a WebSocket that pushes fresh events and running counters.

One question to the store for each game that somebody watches, however many watch it. A watcher that reads
too slowly misses ticks, never slows the others down, and sees the newest state with the next one.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import operator
import time
from typing import Annotated, Any, LiteralString

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect

from playtrace.api.access import CurrentReader
from playtrace.api.authentication import authenticate
from playtrace.api.events import EventRecord, record
from playtrace.api.models import ApiModel
from playtrace.api.permissions import Permission
from playtrace.api.state import state_of
from playtrace.event import NAME_LENGTH_MAX
from playtrace.load.loader import Loader
from playtrace.store.columns import TOLD
from playtrace.store.duckdb import Store

router = APIRouter(tags=["live"])

TICK_S = 0.5
EVENTS_PER_TICK_MAX = 50
ASK_AGAIN_S = 5.0
"""Whether a watcher may still read is looked up again this often."""
LOAD_SHARE = 0.1
"""Asking takes at most this share of the time: a store that answers slowly is asked less often."""
PAUSE_S_MAX = 5.0
"""However slowly it answers: who watches sees that something comes."""

FRESH_EVENTS: LiteralString = f"""
SELECT {TOLD}
FROM events
WHERE game_id = $game_id AND journal_offset > $after
ORDER BY journal_offset DESC, position DESC
LIMIT $limit
"""

# Players and sessions are `now` when one of their events happened in the last five minutes. Zone maps over
# the time of receipt keep this from looking at old rows: what happens now was received now.
COUNTERS: LiteralString = """
SELECT
    count(*) FILTER (received_at >= $now - INTERVAL 5 SECOND) / 5.0 AS events_per_second,
    count(*) FILTER (received_at >= $now - INTERVAL 5 SECOND AND name = 'crash') / 5.0 AS crashes_per_second,
    count(DISTINCT coalesce(canonical_id, player_id)) FILTER (time >= $now - INTERVAL 5 MINUTE) AS players_now,
    count(DISTINCT session_id) FILTER (time >= $now - INTERVAL 5 MINUTE) AS sessions_now
FROM events
LEFT JOIN (
    SELECT player_id, canonical_id FROM player_merges WHERE game_id = $game_id AND env = 'prod'
) AS merged USING (player_id)
WHERE game_id = $game_id AND env = 'prod' AND received_at >= $now - INTERVAL 5 MINUTE
"""

TOTALS: LiteralString = """
SELECT
    coalesce(sum(events) FILTER (outcome = 'stored'), 0)::BIGINT AS events_total,
    coalesce(sum(events), 0)::BIGINT AS received_total
FROM books
WHERE game_id = $game_id
"""

CRASHES: LiteralString = """
SELECT coalesce(sum(events), 0)::BIGINT AS crashes_last_hour
FROM event_counts
WHERE game_id = $game_id AND env = 'prod' AND name = 'crash' AND slot > $now - INTERVAL 1 HOUR
"""


class Counters(ApiModel):
    events_total: int
    """Events stored, ever."""
    received_total: int
    """Events received, ever: stored, repeated, quarantined and refused ones."""
    events_per_second: float
    """Received in the last five seconds."""
    crashes_per_second: float
    """Of these, crashes."""
    players_now: int
    """Players of whom something happened in the last five minutes."""
    sessions_now: int
    crashes_last_hour: int
    """In the last four quarters of an hour."""


class Tick(ApiModel):
    type: str
    """`hello` for the first message, then `tick`."""
    time: dt.datetime
    counters: Counters
    events: list[EventRecord]
    """What was stored since the last tick, newest first, at most 50 of it."""


class Feed:
    """One game being watched."""

    def __init__(self, game_id: str, store: Store, loader: Loader) -> None:
        self.game_id = game_id
        self.watchers: set[asyncio.Queue[str]] = set()
        """Belongs to the event loop."""
        self._store = store
        self._loader = loader
        self._offset = loader.offset
        self.took_s = 0.0
        """How long the store took for the last message."""

    def show(self, tick: str) -> None:
        """To all who watch; on the event loop."""
        for watcher in self.watchers:
            if watcher.full():
                watcher.get_nowait()
            watcher.put_nowait(tick)

    def look(self, kind: str) -> str:
        """The message of this moment. Blocks."""
        now = dt.datetime.now(dt.UTC)
        offset = self._loader.offset
        moment: dict[str, object] = {"game_id": self.game_id, "now": now.replace(tzinfo=None)}
        game: dict[str, object] = {"game_id": self.game_id}
        with self._store.reading(apart=True) as reader:
            # From here on: waiting for a place is no work of the store's.
            began = time.monotonic()
            counters: dict[str, Any] = {
                **reader.query(COUNTERS, moment).to_pylist()[0],
                **reader.query(TOTALS, game).to_pylist()[0],
                **reader.query(CRASHES, moment).to_pylist()[0],
            }
            rows: list[dict[str, Any]] = []
            if kind == "tick" and offset > self._offset:
                fresh = game | {"after": self._offset, "limit": EVENTS_PER_TICK_MAX}
                rows = reader.query(FRESH_EVENTS, fresh).to_pylist()
                self._offset = max([offset, *(row["journal_offset"] for row in rows)])
        self.took_s = time.monotonic() - began
        # Clients send what they have saved up, so events come in no order.
        rows.sort(key=operator.itemgetter("time"), reverse=True)
        tick = Tick(type=kind, time=now, counters=Counters(**counters), events=[record(row) for row in rows])
        return tick.model_dump_json(exclude_none=True)


def pause_s(took_s: float) -> float:
    """How long nothing is asked, when the store took so long for the last messages."""
    return min(PAUSE_S_MAX, max(TICK_S, took_s / LOAD_SHARE))


class Feeds:
    """The games that are being watched."""

    def __init__(self, store: Store, loader: Loader) -> None:
        self._store = store
        self._loader = loader
        self._feeds: dict[str, Feed] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def watch(self, game_id: str, watcher: asyncio.Queue[str]) -> Feed:
        """To be called on the event loop, as `leave`."""
        self._loop = asyncio.get_running_loop()
        feed = self._feeds.get(game_id)
        if feed is None:
            feed = self._feeds[game_id] = Feed(game_id, self._store, self._loader)
        feed.watchers.add(watcher)
        return feed

    def leave(self, feed: Feed, watcher: asyncio.Queue[str]) -> None:
        feed.watchers.discard(watcher)
        if not feed.watchers:
            del self._feeds[feed.game_id]

    @property
    def watchers(self) -> int:
        """How many watch. From any thread."""
        return sum(len(feed.watchers) for feed in list(self._feeds.values()))

    def tick(self) -> float:
        """Ask the store once for each game, and show what it says. How long nothing is asked then. Blocks.

        Raises `StoreError`.
        """
        feeds = list(self._feeds.values())
        for feed in feeds:
            tick = feed.look("tick")
            if self._loop is not None:
                self._loop.call_soon_threadsafe(feed.show, tick)
        return pause_s(sum(feed.took_s for feed in feeds))


@router.websocket("/api/live")
async def live(
    socket: WebSocket,
    reader: CurrentReader,
    game_id: Annotated[str, Query(alias="gameId", max_length=NAME_LENGTH_MAX)],
) -> None:
    """Pushes a `Tick` as text about every half second, until the client leaves or may not read any more."""
    reader.require(Permission.READ, game_id)
    feeds = state_of(socket).feeds
    await socket.accept()
    watcher: asyncio.Queue[str] = asyncio.Queue(maxsize=2)
    feed = feeds.watch(game_id, watcher)
    leaving = asyncio.create_task(_until_gone(socket))
    asked_again_at = time.monotonic() + ASK_AGAIN_S
    try:
        await socket.send_text(await asyncio.to_thread(feed.look, "hello"))
        while not leaving.done():
            waiting = asyncio.create_task(watcher.get())
            await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                waiting.cancel()
                break
            if time.monotonic() >= asked_again_at:
                asked_again_at = time.monotonic() + ASK_AGAIN_S
                await asyncio.to_thread(_ask_again, socket, game_id)
            await socket.send_text(waiting.result())
    except (WebSocketDisconnect, RuntimeError):
        pass  # The client left between two messages.
    finally:
        leaving.cancel()
        feeds.leave(feed, watcher)


def _ask_again(socket: WebSocket, game_id: str) -> None:
    """Raises what `authenticate` does when the reader has signed out, or the token was revoked, since then."""
    authenticate(socket).require(Permission.READ, game_id)


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
