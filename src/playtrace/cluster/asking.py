"""A server whose role is to answer questions: any number of them, on any machines, added and lost at will.

It keeps nothing. What the registry and ClickHouse know it answers itself; what only the loader of a game knows it hands
on to that (`where.py`), and to nobody while the game has none: then it says so, and when to ask again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import time
from collections.abc import Awaitable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs

import aiohttp
import msgspec
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError
from starlette.requests import HTTPConnection

from playtrace import __version__
from playtrace.alerts.outbox import Outbox
from playtrace.alerts.outgoing import Outgoing
from playtrace.api.answers import Answers
from playtrace.api.app import create_app
from playtrace.api.attention import Attention
from playtrace.api.authentication import authenticate
from playtrace.api.every_answer import EveryAnswer
from playtrace.api.health import Health, Status, told_job
from playtrace.api.identity_provider import IdentityProvider
from playtrace.api.imports import Imports
from playtrace.api.models import ApiModel
from playtrace.api.query_spelling import QuerySpelling
from playtrace.api.scrape.scrapes import Scrapes
from playtrace.api.state import State
from playtrace.api.turns import Turns
from playtrace.asgi import Message, Receive, Scope, Send
from playtrace.cluster import merging
from playtrace.cluster.loaders import LOOK_S, Loaders
from playtrace.cluster.where import Route, Where, route_of
from playtrace.collect.app import Collect, send_reply
from playtrace.collect.problem_documents import problem
from playtrace.collect.request import Reply
from playtrace.config import Settings
from playtrace.jobs import Job, Jobs
from playtrace.journal.sink import Closed
from playtrace.measures import Measured
from playtrace.metrics.frame.metric import metrics
from playtrace.problems import BadRequest, NotFound, Problem, Unavailable
from playtrace.protocols.loot.layout import DEFAULT_GAME
from playtrace.registry.errors import NotFound as NotInRegistry
from playtrace.registry.errors import RegistryError
from playtrace.registry.group_roles import read_group_roles
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.load_leases import Lease
from playtrace.registry.registry import Registry
from playtrace.serving.counting import Counting
from playtrace.serving.entrance import Entrance
from playtrace.serving.request_ids import RequestIds
from playtrace.serving.traced import traced
from playtrace.shares import part_of
from playtrace.store.by_url import asked_store
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

KEPT_S = 2.0
"""An answer is given again for so long at most: nobody tells an asker what came into ClickHouse."""
RETRY_AFTER_S = 3
STILL_S = 0.5
"""So often it is looked whether a loader that is asked still has its share."""
HEALTH_S = 2.0
LOADER_SECONDS_MAX = 5.0
NAME_THE_GAME = (
    "Say of which game, with gameId=…: the games are dealt out among {shares} loaders, and this is asked of one of"
    " them."
)
ABSENT = (
    *("sql_processes", "journal", "loader", "rebuild", "feeds", "watch", "reports", "mirrors"),
    *("backups", "erasures", "backup_schedule", "retention"),
)
METRIC_PATH = "/api/metrics/"
TRY_AGAIN_LATER = 1013
"""Of a WebSocket."""


class Absent:
    """What a server has that loads, and this one has not. Nothing is asked of it here: `where.py` sees to that."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        raise Unavailable(f"This server asks, and has no {self._name}: ask the one that loads.")


class LoaderHealth(ApiModel):
    """What is known of a share."""

    share: int
    is_there: bool
    """Whether somebody loads it."""
    trouble: str | None
    """Why it is not loaded as it should be, as its loader says it."""
    lag_events: int | None
    lag_seconds: float | None
    broker_messages: int | None
    """As the loader's own health says them; null while that does not answer."""


class AskerHealth(Health):
    """What `GET /api/health` says here: what loaders say of their shares is there together."""

    role: str
    shares: list[LoaderHealth]


class Asked(NamedTuple):
    """What the loader of a share said of itself."""

    lease: Lease | None
    health: Health | None


class Asking:
    """An ASGI app. `start` the background work, and `close` it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.registry = Registry.open(settings.registry_database)
        self.key_ring = KeyRing(self.registry, open_mode=settings.open)
        self.asked = asked_store(settings)
        self.loaders = Loaders(self.registry)
        self._shares = settings.load.shares
        self._asked_loaders: list[Asked] = []
        self._trouble: str | None = "ClickHouse was not asked yet."
        self._registry_away: str | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: aiohttp.ClientSession | None = None
        self.jobs = Jobs(
            Job("read keys", self.key_ring.refresh, period_s=1),
            Job("look for loaders", self._look_for_loaders, period_s=LOOK_S),
            Job("ask ClickHouse", self._ask_store, period_s=HEALTH_S),
            Job("ask loaders how they fare", self._ask_loaders, period_s=HEALTH_S),
        )
        self.measured = Measured()
        self.address = settings.public_url or ""
        self.local_token = secrets.token_urlsafe(32)
        self._started_at = time.monotonic()
        self._api = create_app()
        self._state().give_to(self._api)
        collect = Collect(
            settings,
            Closed(f"This server has the role {settings.role}: send events to one that takes them."),
            self.key_ring,
            self.measured.own,
        )
        self._here = Attention(EveryAnswer(QuerySpelling(self._api)))
        entrance = Entrance(settings, collect, Counting(self._answer, self.measured.own))
        self._entrance = RequestIds(traced(entrance, settings, collect.answers, is_handed_on=False))

    def _state(self) -> State:
        settings = self.settings
        outbox = Outbox(self.registry, Outgoing(allow_private=settings.alerts.allow_private_targets))
        absent: dict[str, Any] = {name: Absent(name.replace("_", " ")) for name in ABSENT}
        return State(
            settings=settings,
            registry=self.registry,
            key_ring=self.key_ring,
            # What is asked here of a store is asked in SQL that travels.
            store=cast(Store, self.asked),
            inlet=None,
            jobs=self.jobs,
            outbox=outbox,
            answers=Answers(lambda: int(time.monotonic() / KEPT_S)),
            asked=self.asked,
            is_loaded_here=False,
            imports=Imports(),
            turns=Turns(settings.store.query_concurrency),
            sql_turns=Turns(settings.sql.concurrency),
            measured=self.measured,
            scrapes=Scrapes(),
            local_token=self.local_token,
            identity_provider=IdentityProvider(settings.oidc) if settings.oidc.issuer is not None else None,
            group_roles=read_group_roles(settings.oidc.roles),
            **absent,
        )

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return self._entrance(scope, receive, send)

    @property
    def troubles(self) -> list[str]:
        return []

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.jobs.start()

    def end_questions(self) -> None:
        self.asked.end_questions()

    async def close(self) -> None:
        await self.loaders.close()
        if self._session is not None:
            await self._session.close()
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self.asked.close()
        self.jobs.stop()
        with suppress(RegistryError):
            self.registry.close()

    # ── where a question goes ────────────────────────────────────────────────────────────────────────────

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = "WS" if scope["type"] == "websocket" else scope["method"]
        path = scope["path"]
        if path == "/api/health" and method in ("GET", "HEAD"):
            await send_reply(send, self._told_health())
            return
        route = route_of(method, path) or _of_metric(method, path)
        if route is None or route.where is Where.HERE:
            await self._here(scope, receive, send)
            return
        try:
            body = await _body(receive) if method != "WS" and route.where is Where.PREVIEW else None
            share = await self._share_of(route, scope, body)
            if share is None:
                await self._ask_all(route, scope, send)
            else:
                receive = receive if body is None else _again(body, receive)
                await self._hand_on(self._lease_of(share), scope, receive, send)
        except Problem as error:
            await _refuse(error, scope, receive, send)

    async def _share_of(self, route: Route, scope: Scope, body: bytes | None) -> int | None:
        """Whose loader is asked; None: that of each. Raises `Problem`."""
        if route.where is Where.NOT_HERE:
            raise NotFound("Each server that loads tells Prometheus of itself: ask those.")
        if self._shares == 1:
            return 0
        if route.where is Where.ONE_STORE:
            raise BadRequest(
                f"This is asked of a store as a whole, and there are {self._shares}, one for each share of the games:"
                " ask on the machine of its loader, with --data and the share's folder (docs/scaling.md)."
            )
        game_id = await self._game_of(route, scope, body)
        if game_id is None:
            if route.where in (Where.RULES, Where.DELETIONS):
                return None
            raise BadRequest(NAME_THE_GAME.format(shares=self._shares))
        return part_of(game_id, self._shares)

    async def _game_of(self, route: Route, scope: Scope, body: bytes | None) -> str | None:
        """Raises `Problem`."""
        if (named := _named(route, scope)) is not None:
            return named
        match route.where:
            case Where.PREVIEW:
                return _of_preview(body or b"")
            case Where.INCIDENT | Where.REPORT:
                return await run_in_threadpool(self._of_row, route, scope["path"])
            case Where.DELETIONS:
                return None
            case _:
                only = await run_in_threadpool(self._only_game, scope)
                return only or (DEFAULT_GAME if route.where is Where.LOOT else None)

    def _of_row(self, route: Route, path: str) -> str:
        """Of what stands in the registry; where it is not, whoever is asked says so."""
        name = path.split("/")[4 if route.where is Where.INCIDENT else 3]
        with suppress(NotInRegistry, ValueError, OverflowError):
            if route.where is Where.INCIDENT:
                return self.registry.incidents.find(int(name))[0].game_id
            return self.registry.reports.find(name).game_id
        return ""

    def _only_game(self, scope: Scope) -> str | None:
        """Who may be told nothing is told so by whoever is asked then."""
        try:
            return authenticate(HTTPConnection({**scope, "app": self._api})).only_game()
        except Problem:
            return ""

    # ── handing on ───────────────────────────────────────────────────────────────────────────────────────

    async def _hand_on(self, lease: Lease, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises `Unavailable` when it is lost; what began to be answered is cut off then."""
        began = False

        async def send_on(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        handing_on = asyncio.ensure_future(self.loaders.relay_to(lease)(scope, receive, send_on))
        try:
            while not (await asyncio.wait({handing_on}, timeout=STILL_S))[0]:
                if not self.loaders.is_current(lease):
                    if scope["type"] == "websocket":
                        await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
                        return
                    if began:
                        raise ConnectionAbortedError("The loader that answered has lost its share.")
                    raise _nobody(lease.share)
            handing_on.result()
        finally:
            handing_on.cancel()

    def _lease_of(self, share: int) -> Lease:
        """Raises `Unavailable`."""
        lease = self.loaders.of_share(share)
        if lease is None:
            raise _nobody(share)
        return lease

    async def _ask_all(self, route: Route, scope: Scope, send: Send) -> None:
        """The answers of all loaders as one. Raises `Problem`."""
        leases = [self._lease_of(share) for share in range(self._shares)]
        answers = await asyncio.gather(*[self._ask(lease, scope) for lease in leases])
        other = next((one for one in answers if one.status != HTTPStatus.OK), None)
        if other is not None:
            await send_reply(send, other)
            return
        documents = [msgspec.json.decode(one.body) for one in answers]
        merge = merging.rules if route.where is Where.RULES else merging.deletions
        await send_reply(send, Reply(HTTPStatus.OK, msgspec.json.encode(merge(documents))))

    async def _ask(self, lease: Lease, scope: Scope) -> Reply:
        """Raises `Unavailable`."""
        status, body, kind = 0, bytearray(), b"application/json"

        async def keep(message: Message) -> None:
            nonlocal status, kind
            if message["type"] == "http.response.start":
                status = message["status"]
                kind = next((value for name, value in message["headers"] if name == b"content-type"), kind)
            else:
                body.extend(message.get("body", b""))

        asked = {**scope, "headers": [(n, v) for n, v in scope["headers"] if n != b"accept-encoding"]}
        # Nobody leaves: what comes after the body never does.
        await self._hand_on(lease, asked, _again(b"", asyncio.get_running_loop().create_future), keep)
        return Reply(status, bytes(body), kind)

    # ── health ───────────────────────────────────────────────────────────────────────────────────────────

    # What is away is told, and no failure of these: a job that fails is tried more seldom, and it may be back at once.

    def _look_for_loaders(self) -> None:
        try:
            self.loaders.look()
        except RegistryError as error:
            self._registry_away = str(error)
        else:
            self._registry_away = None

    def _ask_store(self) -> None:
        try:
            with self.asked.reading(apart=True) as reader:
                reader.rows("SELECT 1 AS one")
        except StoreError as error:
            self._trouble = str(error)
        else:
            self._trouble = None

    def _ask_loaders(self) -> None:
        if self._loop is not None:
            asked = asyncio.run_coroutine_threadsafe(self._healths(), self._loop)
            self._asked_loaders = asked.result(LOADER_SECONDS_MAX * 2)

    async def _healths(self) -> list[Asked]:
        return list(await asyncio.gather(*[self._health_of(share) for share in range(self._shares)]))

    async def _health_of(self, share: int) -> Asked:
        lease = self.loaders.of_share(share)
        if lease is None:
            return Asked(None, None)
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LOADER_SECONDS_MAX))
        # One that begins, or stands still, says nothing of itself yet.
        with suppress(aiohttp.ClientError, TimeoutError, ValidationError):
            async with self._session.get(f"http://{lease.held_by.address}/api/health") as answer:
                return Asked(lease, Health.model_validate_json(await answer.read()))
        return Asked(lease, None)

    def _told_health(self) -> Reply:
        asked = self._asked_loaders
        of_loaders = [one.health for one in asked if one.health is not None]
        shares = [_loader_health(share, one) for share, one in enumerate(asked)]
        status, message = self._status(shares)
        health = AskerHealth(
            status=status,
            timestamp=dt.datetime.now(dt.UTC),
            message=message,
            version=__version__,
            uptime_seconds=time.monotonic() - self._started_at,
            journal=merging.journal([one.health for one in asked]),
            store=merging.store(of_loaders),
            disk=merging.disk(of_loaders),
            jobs=[
                *map(told_job, self.jobs),
                *(
                    job.model_copy(update={"name": f"{job.name} (share {share})"})
                    for share, one in enumerate(asked)
                    for job in (one.health.jobs if one.health is not None else [])
                ),
            ],
            alerts=merging.alerts(of_loaders),
            reports=merging.reports(of_loaders),
            mirrors=merging.mirrors(of_loaders),
            backup=merging.backup(of_loaders),
            role=self.settings.role,
            shares=shares,
        )
        code = HTTPStatus.SERVICE_UNAVAILABLE if status == "unhealthy" else HTTPStatus.OK
        return Reply(code, health.model_dump_json(by_alias=True).encode())

    def _status(self, shares: list[LoaderHealth]) -> tuple[Status, str]:
        failing = next((job for job in self.jobs if job.last_error is not None), None)
        gone = [one.share for one in shares if not one.is_there]
        troubled = next((one for one in shares if one.trouble is not None), None)
        if self._trouble is not None:
            return "unhealthy", self._trouble
        if self._registry_away is not None:
            return "degraded", f"Nobody can be told from anybody else. {self._registry_away}"
        if gone:
            named = ", ".join(f"share {share}" for share in gone)
            return "degraded", (
                f"Metrics are answered. Nobody loads {named} of {self._shares}: what comes of its games waits at the"
                " broker."
            )
        if troubled is not None:
            return "degraded", f"Metrics are answered. The loader of share {troubled.share} says: {troubled.trouble}"
        if failing is not None:
            return "degraded", f"Questions are answered. {failing.name} fails: {failing.last_error}"
        return "healthy", "Questions are answered."


def _loader_health(share: int, asked: Asked) -> LoaderHealth:
    health = asked.health
    journal = None if health is None else health.journal
    return LoaderHealth(
        share=share,
        is_there=asked.lease is not None,
        trouble=None if health is None or health.status == "healthy" else health.message,
        lag_events=None if journal is None else journal.lag_events,
        lag_seconds=None if journal is None else journal.lag_seconds,
        broker_messages=None if journal is None else journal.broker_messages,
    )


def _of_metric(method: str, path: str) -> Route | None:
    """Metrics that ClickHouse cannot be asked are asked of the loader."""
    metric = metrics().get(path.removeprefix(METRIC_PATH)) if path.startswith(METRIC_PATH) else None
    if metric is None or method not in ("GET", "HEAD"):
        return None
    return Route(method, path, Where.HERE if metric.travels else Where.GAME)


def _named(route: Route, scope: Scope) -> str | None:
    parts = scope["path"].split("/")
    if route.path.startswith("/api/games/{game_id}"):
        return parts[3]
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return next((query[name][0] for name in ("gameId", "game_id") if name in query), None)


def _of_preview(body: bytes) -> str | None:
    """Of the body, or of the rule in it; what cannot be read is refused by whoever is asked then."""
    try:
        document = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        return ""
    rule = document.get("rule")
    named = document.get("gameId") or document.get("game_id")
    if named is None and isinstance(rule, dict):
        of_rule = cast("dict[str, Any]", rule)
        named = of_rule.get("gameId") or of_rule.get("game_id")
    return named if isinstance(named, str) else None


def _nobody(share: int) -> Unavailable:
    return Unavailable(
        f"Nobody loads share {share} of the games at the moment, of which this one is: what was loaded is safe, and"
        " another loader takes it over soon.",
        retry_after_s=RETRY_AFTER_S,
    )


async def _body(receive: Receive) -> bytes:
    """It is whole, as the entrance has read it."""
    return (await receive()).get("body", b"")


def _again(body: bytes, receive: Receive) -> Receive:
    """The body, and then what else comes."""
    messages: list[Message] = [{"type": "http.request", "body": body}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


async def _refuse(error: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
        return
    await send_reply(send, problem(error))
