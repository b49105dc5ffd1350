"""A look from outside, at what was deployed or at any server: sends events, waits, asks.

What it sends is in an environment of its own, `smoke`: no figure of a game counts it, unless it is asked for.
"""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

from msgspec import Struct

from playtrace.client.errors import NotAllowed, PlaytraceError
from playtrace.client.http import Http

ENV = "smoke"
BOARD = "smoke"
LOOK_S = 1.0
ANSWER_SECONDS_MAX = 30.0


class Failed(Exception):
    """What was not as it should be."""


class Step(Struct, frozen=True):
    said: str
    seconds: float


class Smoke:
    """Raises `ValueError` for what is no address."""

    def __init__(
        self, url: str, *, ask: str | None, key: str | None, token: str | None, game: str | None, seconds_max: float
    ) -> None:
        """`ask` is where questions go, if elsewhere."""
        self._sends = Http(url, ANSWER_SECONDS_MAX)
        self._asks = Http(ask or url, ANSWER_SECONDS_MAX)
        self._key = key
        self._token = token
        self._game = game
        self._seconds_max = seconds_max
        self._player = f"smoke-{uuid.uuid4().hex}"
        # Later runs are better: each is the first of its board, as long as boards say highest is best.
        self._score = int(time.time())

    def steps(self, *, only_sends: bool) -> Iterator[Step]:
        """One after the other. Raises `Failed`."""
        yield self._timed(self._healthy)
        yield self._timed(self._sent)
        if not only_sends:
            game = self._game or self._only_game()
            yield self._timed(lambda: self._seen(game))
            yield self._timed(lambda: self._on_board(game))
            yield self._timed(lambda: self._in_metrics(game))

    def _timed(self, step: Callable[[], str]) -> Step:
        began = time.monotonic()
        try:
            said = step()
        except PlaytraceError as error:
            raise Failed(str(error)) from error
        return Step(said, time.monotonic() - began)

    # ── the steps ────────────────────────────────────────────────────────────────────────────────────────

    def _healthy(self) -> str:
        health = json.loads(self._sends.ask("GET", "/api/health").body)
        if health["status"] == "unhealthy":
            raise Failed(f"{self._sends.url} says that it is unhealthy: {health['message']}")
        return f"{self._sends.url} is {health['status']}, version {health['version']}"

    def _sent(self) -> str:
        common = {"playerId": self._player, "sessionId": self._player, "env": ENV}
        now = dt.datetime.now(dt.UTC)
        events = [
            {"name": "session_start", "time": now.isoformat()},
            {"name": "score_posted", "value": self._score, "props": {"board": BOARD}, "time": now.isoformat()},
            {"name": "session_end", "time": now.isoformat()},
        ]
        named = {} if self._game is None else {"gameId": self._game}
        body = json.dumps([{"eventId": str(uuid.uuid4()), **common, **named, **event} for event in events]).encode()
        headers = {"Content-Type": "application/json"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        accepted = json.loads(self._sends.ask("POST", "/api/events", body, headers).body)["accepted"]
        if accepted != len(events):
            raise Failed(f"of {len(events)} events {accepted} were taken")
        return f"{accepted} events were taken"

    def _seen(self, game: str) -> str:
        path = f"/api/players/{self._player}/stats?{urlencode({'gameId': game, 'env': ENV})}"
        stats = self._until(path, lambda stats: bool(stats["scores"]) and stats["sessions"] == 1, "the player's stats")
        if [(score["board"], score["highest"]) for score in stats["scores"]] != [(BOARD, self._score)]:
            raise Failed(f"the player's scores are {stats['scores']}, expected {self._score}")
        return "the player's stats have them"

    def _on_board(self, game: str) -> str:
        asked = urlencode({"gameId": game, "env": ENV, "player": self._player, "limit": 1})
        path = f"/api/leaderboards/{BOARD}?{asked}"
        board = self._until(path, lambda board: board["player"] is not None, "the leaderboard")
        return f"the leaderboard has the player, in place {board['player']['rank']} of {board['players']}"

    def _in_metrics(self, game: str) -> str:
        asked = urlencode({"gameId": game, "env": ENV, "playerId": self._player})
        self._until(f"/api/metrics/player?{asked}", lambda player: player["events"] == 3, "the metrics")
        return "metrics have all events"

    def _until(self, path: str, is_there: Callable[[Any], bool], what: str) -> Any:
        deadline = time.monotonic() + self._seconds_max
        while True:
            answer = self._asked(path)
            if is_there(answer):
                return answer
            if time.monotonic() > deadline:
                raise Failed(f"after {self._seconds_max:g} s {what} did not have what was sent")
            time.sleep(LOOK_S)

    def _asked(self, path: str) -> Any:
        headers = {} if self._token is None else {"Authorization": f"Bearer {self._token}"}
        try:
            return json.loads(self._asks.ask("GET", path, None, headers).body)
        except NotAllowed as error:
            if self._token is None:
                raise Failed("questions need a read token of the game: --token, or PLAYTRACE_TOKEN") from error
            raise

    def _only_game(self) -> str:
        try:
            games = [game["id"] for game in self._asked("/api/games")["games"]]
        except PlaytraceError as error:
            raise Failed(str(error)) from error
        if len(games) != 1:
            raise Failed(f"say which game: --game, one of {', '.join(map(quote, games[:20])) or 'none'}")
        return games[0]
