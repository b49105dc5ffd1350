"""The door: plain ASGI in front of everything else, from bytes to a durable entry.

A request goes through the steps of `Collect.take`, top to bottom; each of them may end it with a
`Problem`. 202 means that the journal has it on the disk.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import math
import time
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from urllib.parse import parse_qsl

import msgspec

from playtrace.asgi import Receive, Scope, Send
from playtrace.collect import wire_formats
from playtrace.collect.body import SMALL_PLAIN_BYTES, decompress, plain_bytes_max, read_body
from playtrace.collect.heavy_reading import HeavyReading, NotAtOnce
from playtrace.collect.lateness import note_late
from playtrace.collect.origin import Origin, Place, headers_of
from playtrace.collect.rate_limit import RateLimit
from playtrace.collect.reading_time import ReadingTime
from playtrace.collect.refusals import TOO_LARGE_TEXT, note_refused, settle_games
from playtrace.collect.request import Receipt, Reply, Request, WireFormat
from playtrace.collect.room import RETRY_AFTER_S, Room, no_room
from playtrace.config import Settings
from playtrace.event import EVENT_BYTES_MAX, SAMPLE_BYTES_MAX, Batch, Event, Refusal, RefusalReason
from playtrace.journal.entry import Entry, encode
from playtrace.journal.errors import JournalUnavailable
from playtrace.journal.sink import Sink
from playtrace.measures import Measures, outcome_of
from playtrace.problems import (
    GameArchived,
    GameUnknown,
    KeyForOtherGame,
    KeyMissing,
    Malformed,
    Problem,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from playtrace.registry.access_secrets import READING, is_of_kind
from playtrace.registry.errors import RegistryAway, RegistryError
from playtrace.registry.game_ids import GAME_ID_EXPECTED, is_game_id
from playtrace.registry.known_keys import KnownKeys

log = logging.getLogger("playtrace.collect")


Read = tuple[Entry | None, Receipt, Problem | None]

ROOM_PART = 4
"""Requests take this part of the memory that a process may have, at most: while one is worked on it is there several
times, and the process is ended when it takes all of it."""

# Browser games send from the studio's own pages: anybody may write who has the key, nobody reads here.
FROM_ANYWHERE = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Retry-After, X-Request-ID"),
)
PREFLIGHT = Reply(
    204,
    b"",
    headers=[
        (b"access-control-allow-methods", b"POST, OPTIONS"),
        # Libraries add headers of their own to whatever a page sends. `*` stands for all but `authorization`; those
        # that are usual have their names too, for what is too old to know it.
        (
            b"access-control-allow-headers",
            b"authorization, content-type, content-encoding, x-playtrace-key, x-requested-with, sentry-trace, baggage,"
            b" traceparent, tracestate, *",
        ),
        (b"access-control-max-age", b"86400"),
    ],
)


class FirstSeen(NotAtOnce):
    """It has events of games that nobody has seen before, and that are made now."""

    def __init__(self, game_ids: list[str]) -> None:
        super().__init__()
        self.game_ids = game_ids


class Collect:
    """Takes events of every protocol in `protocols/`."""

    def __init__(self, settings: Settings, journal: Sink, keys: KnownKeys, measures: Measures | None = None) -> None:
        self._settings = settings
        self.measures = measures or Measures()
        self._journal = journal
        self._keys = keys
        limits = settings.collect
        self._origin = Origin(limits.trusted_proxies, limits.geoip_database)
        self._rate = RateLimit(limits.requests_per_second_max, burst=max(1.0, 2 * limits.requests_per_second_max))
        self._reading_time = ReadingTime(limits.request_seconds_max)
        self._heavy_reading = HeavyReading()
        self._making_games = asyncio.Lock()
        self.room = Room(limits.memory_bytes_here() // ROOM_PART)
        self.formats: dict[str, WireFormat] = {}
        self._names: dict[WireFormat, str] = {}
        self._routes: dict[tuple[str, str], WireFormat] = {}
        for name, wire_format in wire_formats.load(settings).items():
            self.formats[name] = wire_format
            self._names[wire_format] = name
            for route in wire_format.ROUTES:
                self._routes[route] = wire_format
        self._paths = {path for _, path in self._routes}

    def answers(self, method: str, path: str) -> bool:
        """Whether this request comes in here rather than being one that reads."""
        return (method, path) in self._routes or (method == "OPTIONS" and path in self._paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method: str = scope["method"]
        if method == "OPTIONS":
            await send_reply(send, PREFLIGHT)
            return
        wire_format = self._routes[method, scope["path"]]
        began = time.perf_counter()
        try:
            reply = await self.take(wire_format, scope, receive)
        except Problem as error:
            reply = self.refuse(wire_format, error)
        except asyncio.CancelledError:
            # The process ends and waits no longer.
            stops = Unavailable("The server stops.", retry_after_s=RETRY_AFTER_S)
            await send_reply(send, self.refuse(wire_format, stops))
            raise
        except Exception:
            # A bug of ours. The client keeps its events and tries again.
            log.exception("could not take a request", extra={"path": scope["path"]})
            self.measures.note_request(self._names[wire_format], "failed")
            reply = wire_format.refuse(Unavailable("Something went wrong here; it was logged.", retry_after_s=60))
        self.measures.note_time(self._names[wire_format], time.perf_counter() - began)
        await send_reply(send, reply)

    def refuse(self, wire_format: WireFormat, error: Problem) -> Reply:
        """The answer to a request of which nothing was taken. It is counted by what went wrong: some protocols tell
        that with another status."""
        self.measures.note_request(self._names[wire_format], outcome_of(error.status))
        return wire_format.refuse(error)

    async def take(self, wire_format: WireFormat, scope: Scope, receive: Receive) -> Reply:
        """The way of a request. Raises `Problem` where it ends early."""
        headers = headers_of(scope["headers"])
        query = query_of(scope)
        client = scope.get("client")
        peer = client[0] if client else ""

        self.check_room()
        self.check_rate(peer, headers)
        self.check_rate_of_format(wire_format, peer, headers)
        game_id = await self.authenticate(headers, query)
        sent = await read_body(receive, headers, self._reading_time, self.room)
        try:
            place = self.place(peer, headers)
            request = Request(scope["path"], query, headers, sent, dt.datetime.now(dt.UTC), game_id, *place)
            return await self.take_request(wire_format, request)
        finally:
            self.room.give_back(len(sent))

    async def take_request(self, wire_format: WireFormat, request: Request) -> Reply:
        """From a request that has arrived whole, as it was sent, to the answer. Raises `Problem`."""
        # Only bytes outlive `read`: were the events kept until the disk has them, those of all waiting requests
        # would push each other out of the processor's cache.
        entry, receipt, error = await self._read_in_turn(wire_format, request)
        if entry is not None:
            size = len(entry.body)
            if not self.room.take(size, whole=size):
                raise no_room()
            try:
                receipt.offset = await self._journal.append(entry)
            except JournalUnavailable as unavailable:
                raise Unavailable(str(unavailable), retry_after_s=RETRY_AFTER_S) from unavailable
            finally:
                self.room.give_back(size)
        if error is not None:
            return self.refuse(wire_format, error)
        self.measures.note_request(self._names[wire_format], "ok")
        return wire_format.reply(receipt)

    async def _read_in_turn(self, wire_format: WireFormat, request: Request) -> Read:
        """`read`, at once or where it keeps nobody waiting. What was begun is done anew: else the plain bodies of all
        who wait for their turn would be in memory."""
        makes_games = True
        try:
            return self.read(wire_format, _in_plain(request, at_once=True))
        except FirstSeen as seen:
            # Who comes meanwhile with events of the same games finds them made, and is read at once.
            async with self._making_games:
                await asyncio.to_thread(self._create, seen.game_ids)
            makes_games = False
            with suppress(NotAtOnce):
                return self.read(wire_format, _in_plain(request, at_once=True), makes_games=False)
        except NotAtOnce:
            pass
        return await self._heavy_reading.done(
            lambda: self.read(wire_format, _in_plain(request, at_once=False), makes_games=makes_games)
        )

    # ── the steps ────────────────────────────────────────────────────────────────────────────────────────

    def check_room(self) -> None:
        if (refusing := self._journal.refusing) is not None:
            raise Unavailable(str(refusing), retry_after_s=RETRY_AFTER_S)

    def check_rate(self, peer: str, headers: dict[bytes, bytes]) -> None:
        wait = self._rate.wait_s(self._origin.counted(peer, headers))
        if wait > 0:
            raise TooManyRequests(
                f"More than {self._settings.collect.requests_per_second_max:g} requests a second from one address.",
                retry_after_s=math.ceil(wait),
            )

    def check_rate_of_format(self, wire_format: WireFormat, peer: str, headers: dict[bytes, bytes]) -> None:
        if (limit := wire_format.RATE_LIMIT) is None:
            return
        wait = limit.wait_s(self._origin.counted(peer, headers))
        if wait > 0:
            raise TooManyRequests(
                f"More than {limit.requests_max} requests from one address.", retry_after_s=math.ceil(wait)
            )

    async def authenticate(self, headers: dict[bytes, bytes], query: dict[str, str]) -> str | None:
        """The game whose write key this is, or that is named beside a token which sends for it; None without one, in
        open mode."""
        key = _write_key(headers, query)
        game_id = self._game_of(key, query) if key else None
        if game_id is not None or self._settings.open:
            return game_id
        if key:
            # Another process may have made it a moment ago.
            try:
                await self._keys.look_again()
            except RegistryAway as error:
                said = "Whose key this is cannot be looked up at the moment."
                raise Unavailable(said, retry_after_s=RETRY_AFTER_S) from error
            game_id = self._game_of(key, query)
        if game_id is None:
            if not key and b"authorization" in headers:
                hint = "The Authorization header holds no key behind the word Bearer. Send it"
            elif not key:
                hint = "No write key came with the request. Send one"
            elif is_of_kind(key, READING) and self._keys.sending_token(key):
                raise KeyMissing(
                    "This token sends for several games, or not for the one that is named. Name one of them in the"
                    " address: ?gameId="
                )
            elif is_of_kind(key, READING):
                hint = "This is a read token, or over, and sending needs the scope send, or a write key. Send one"
            else:
                hint = "This write key is not known, or was revoked. Send another"
            raise KeyMissing(
                f"{hint} as Authorization: Bearer KEY, X-Playtrace-Key or ?key=; `playtrace keys list` shows them."
            )
        return game_id

    def _game_of(self, key: str, query: dict[str, str]) -> str | None:
        if not is_of_kind(key, READING):
            return self._keys.game_of_key(key)
        token = self._keys.sending_token(key)
        if token is None:
            return None
        named = query.get("gameId", query.get("game_id", token.only_game))
        return named if named is not None and token.sends_for(named) and self._keys.knows(named) else None

    def place(self, peer: str, headers: dict[bytes, bytes]) -> Place:
        return self._origin.place(peer, headers)

    def read(self, wire_format: WireFormat, request: Request, *, makes_games: bool = True) -> Read:
        """Bytes to what the journal keeps of them, and the error to answer where nothing was taken.

        Raises `NotAtOnce`, which is `FirstSeen` for games that an open server makes.
        """
        try:
            batch = wire_format.read(request)
        except Malformed as malformed:
            sample = request.body[:SAMPLE_BYTES_MAX].decode("utf-8", "replace")
            refusals = malformed.refusals or [
                Refusal(0, RefusalReason.MALFORMED, malformed.detail, sample, request.game_id)
            ]
            batch = Batch(received_at=request.received_at, source="refused", events=[], refusals=refusals)
            # The frames of its traceback lead to whoever keeps what is returned here: they would keep each other, and
            # the request, until the garbage collector comes by.
            malformed.__traceback__ = malformed.__cause__ = malformed.__context__ = None
            settle_games(batch, self._books_of(request.game_id))
            return encode(batch), Receipt.of(batch), malformed
        if request.city is not None:
            _name_city(batch.events, request.city)
        if request.game_id is None and self._settings.open:
            if batch.game_id is None:
                batch.game_id = wire_format.DEFAULT_GAME
            if makes_games:
                self._make_games(batch, at_once=request.at_once)
        self.admit_games(batch, request.game_id)
        self._admit_players(batch)
        if batch.refusals:
            settle_games(batch, self._books_of(request.game_id))
        entry = encode(batch) if batch.events or batch.refusals else None
        if entry is not None and _has_large(entry.body):
            entry = _refuse_large(batch, entry)
        error = _as_a_whole(batch) if batch.refusals and not batch.events else None
        if wire_format.SKIPS_BAD_EVENTS and isinstance(error, Malformed):
            error = None
        note_late(batch, self._settings.load.late_days_max)
        return entry, Receipt.of(batch), error

    def admit_games(self, batch: Batch, key_game: str | None) -> None:
        """Refuse the events whose game is missing, unknown, or not the key's."""
        game_id = batch.game_id
        known: str | None = game_id
        refused: list[tuple[int, Event, RefusalReason, str]] = []
        for index, event in enumerate(batch.events):
            named = event.game_id
            if named == known and named is not None:
                continue
            if named is None:
                if game_id is None:
                    refused.append((index, event, RefusalReason.INVALID, "game_id: expected the id of a game."))
            elif key_game is not None and named != key_game:
                reason = RefusalReason.WRONG_GAME if self._keys.knows(named) else RefusalReason.UNKNOWN_GAME
                text = (
                    f"game_id: the write key belongs to {key_game!r}, not to {named!r}."
                    if reason is RefusalReason.WRONG_GAME
                    else f"game_id: there is no game {named!r}. `playtrace games add` makes it."
                )
                refused.append((index, event, reason, text))
            elif self._keys.knows(named):
                known = named
            elif not is_game_id(named):
                refused.append((index, event, RefusalReason.INVALID, f"game_id: {GAME_ID_EXPECTED}, got {named!r}."))
            else:
                text = f"game_id: {named!r} cannot be made: too many games are new, or there are too many."
                refused.append((index, event, RefusalReason.UNKNOWN_GAME, text))
        if refused:
            _refuse(batch, refused)
        if closed := self._keys.closed:
            _refuse_closed(batch, closed)

    def _admit_players(self, batch: Batch) -> None:
        """Refuse the events of players who withdrew their consent."""
        if not self._keys.refuses_players:
            return
        named = {batch.game_id, *(event.game_id for event in batch.events)}
        asks = {game_id: ask for game_id in named if game_id and (ask := self._keys.who_is_refused(game_id))}
        if not asks:
            return
        known: dict[tuple[str, str], bool] = {}
        refused: list[tuple[int, Event, RefusalReason, str]] = []
        for index, event in enumerate(batch.events):
            # As the store counts them: what names no player is the device's.
            player, game_id = event.player_id or event.device_id, event.game_id or batch.game_id
            if player is None or game_id is None or (ask := asks.get(game_id)) is None:
                continue
            if (game_id, player) not in known:
                known[game_id, player] = ask(player)
            if known[game_id, player]:
                refused.append((index, event, RefusalReason.CONSENT_WITHDRAWN, CONSENT_WITHDRAWN_TEXT))
        if refused:
            _refuse(batch, refused)

    def _books_of(self, key_game: str | None) -> Callable[[str | None], str | None]:
        """In whose books a refusal is, given the game that the event claims: those of the key's game, whatever it
        claims; without a key those of a game that there is."""

        def books_of(claimed: str | None) -> str | None:
            if key_game is not None:
                return key_game
            return claimed if claimed is not None and self._keys.knows(claimed) else None

        return books_of

    def _make_games(self, batch: Batch, *, at_once: bool) -> None:
        """Open mode: games are made at first sight, all of a request at once. Raises `FirstSeen`."""
        # In the order in which they are named: should there be too many, the first ones are made.
        named = dict.fromkeys([batch.game_id, *(event.game_id for event in batch.events)])
        unknown = [
            game_id
            for game_id in named
            if game_id is not None and not self._keys.knows(game_id) and is_game_id(game_id)
        ]
        if not unknown:
            return
        if at_once:
            raise FirstSeen(unknown)
        self._create(unknown)

    def _create(self, game_ids: list[str]) -> None:
        """Those of these that are not known yet. Blocks."""
        unknown = [game_id for game_id in game_ids if not self._keys.knows(game_id)]
        if not unknown:
            return
        try:
            self._keys.create(unknown)
        except RegistryError as error:
            # The events of games that there are not are refused.
            log.warning("games not created", extra={"error": str(error)})


def _in_plain(request: Request, *, at_once: bool) -> Request:
    """The request with its body decompressed. Raises `Problem`, and `NotAtOnce`."""
    encoding = request.headers.get(b"content-encoding")
    if encoding is None:
        body = request.body
    elif not at_once:
        body = decompress(request.body, encoding, plain_bytes_max(request.body))
    else:
        try:
            body = decompress(request.body, encoding, SMALL_PLAIN_BYTES)
        except TooLarge:
            raise NotAtOnce from None
    # Some editors and libraries write it in front of JSON, where it has no business.
    plain = msgspec.structs.replace(request, body=body.removeprefix(BOM_UTF8), at_once=at_once)
    plain.check_at_once(SMALL_PLAIN_BYTES)
    return plain


def query_of(scope: Scope) -> dict[str, str]:
    text: bytes = scope["query_string"]
    return dict(parse_qsl(text.decode("latin-1"))) if text else {}


def _name_city(events: list[Event], city: str) -> None:
    """As a property: most databases know none, so it has no column. What the game calls a city stays."""
    for event in events:
        event.props = {"city": city} | (event.props or {})


def _write_key(headers: dict[bytes, bytes], query: dict[str, str]) -> str | None:
    authorization = headers.get(b"authorization", b"")
    if authorization[:7].lower() == b"bearer ":
        return authorization[7:].strip().decode("latin-1")
    if (key := headers.get(b"x-playtrace-key")) is not None:
        return key.decode("latin-1")
    return query.get("key")


def _refuse(batch: Batch, refused: list[tuple[int, Event, RefusalReason, str]]) -> None:
    """Move events out of the batch."""
    positions = batch.positions if batch.positions is not None else range(len(batch.events))
    gone = {index for index, _, _, _ in refused}
    for index, event, reason, text in refused:
        note_refused(
            batch,
            positions[index],
            reason,
            error=partial(str, text),
            # Of who does not want to be known nothing is kept.
            sample=str if reason is RefusalReason.CONSENT_WITHDRAWN else partial(_sample, event),
            game_id=event.game_id or batch.game_id,
        )
    batch.positions = [position for index, position in enumerate(positions) if index not in gone]
    batch.events = [event for index, event in enumerate(batch.events) if index not in gone]
    batch.refusals.sort(key=lambda refusal: refusal.index)


def _refuse_closed(batch: Batch, closed: Mapping[str, str]) -> None:
    """Those of games that take none."""
    refused = [
        (index, event, RefusalReason.ARCHIVED_GAME, f"game_id: {game_id!r} {why}")
        for index, event in enumerate(batch.events)
        if (game_id := event.game_id or batch.game_id or "") and (why := closed.get(game_id))
    ]
    if refused:
        _refuse(batch, refused)


def _sample(event: Event) -> str:
    """A refused event as it is shown to the studio."""
    return msgspec.json.encode(event)[:SAMPLE_BYTES_MAX].decode("utf-8", "replace")


def _refuse_large(batch: Batch, entry: Entry) -> Entry:
    """The same entry without the events that are larger than an event may be."""
    large = [
        (index, batch.events[index], RefusalReason.TOO_LARGE, TOO_LARGE_TEXT)
        for index, line in enumerate(entry.body.splitlines())
        if len(line) > EVENT_BYTES_MAX
    ]
    _refuse(batch, large)
    return encode(batch)


def _has_large(lines: bytes) -> bool:
    """Whether a line has more bytes than an event may have. Looks at one line in so many bytes, not at all of them."""
    start = 0
    while len(lines) - start > EVENT_BYTES_MAX:
        end = lines.rfind(b"\n", start, start + EVENT_BYTES_MAX + 1)
        if end < 0:
            return True
        start = end + 1
    return False


CONSENT_WITHDRAWN_TEXT = "player_id: this player withdrew consent, and nothing of them is kept. Stop sending it."

WHOLE: dict[RefusalReason, type[Problem]] = {
    RefusalReason.UNKNOWN_GAME: GameUnknown,
    RefusalReason.WRONG_GAME: KeyForOtherGame,
    RefusalReason.ARCHIVED_GAME: GameArchived,
}


def _as_a_whole(batch: Batch) -> Problem:
    """The error of a request of which no event was taken."""
    refusals = batch.refusals
    reasons = {refusal.reason for refusal in refusals} | {reason for reason, _ in batch.further_refused}
    error = WHOLE.get(next(iter(reasons)), Malformed) if len(reasons) == 1 else Malformed
    first = refusals[0]
    detail = (
        first.error if batch.refused == 1 else f"None of {batch.refused} events was taken. The first: {first.error}"
    )
    return error(detail, refusals=refusals, not_listed=batch.refused - len(refusals))


async def send_reply(send: Send, reply: Reply) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [
                (b"content-type", reply.content_type),
                (b"content-length", str(len(reply.body)).encode()),
                *reply.headers,
                *FROM_ANYWHERE,
            ],
        }
    )
    await send({"type": "http.response.body", "body": reply.body})
