"""Puts the rooms together: one ASGI app, its background work, and the processes that serve it.

`Playtrace` owns everything that is open (registry, journal, store) and closes it in the order in which an
event goes: first nothing more comes in, then the journal is loaded, then the store is written. Where there are
processes that collect (`serving/collectors.py`), they are what people and games call; this one loads and answers.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import shutil
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from playtrace.alerts.outbox import Outbox
from playtrace.alerts.outgoing import Outgoing
from playtrace.alerts.watch import Watch
from playtrace.api.answers import Answers
from playtrace.api.app import create_app
from playtrace.api.attention import Attention
from playtrace.api.every_answer import EveryAnswer
from playtrace.api.freshness import waiting_seconds
from playtrace.api.identity_provider import IdentityProvider
from playtrace.api.imports import Imports
from playtrace.api.live import TICK_S, Feeds
from playtrace.api.metrics import counting_rules, rules_of
from playtrace.api.query_spelling import QuerySpelling
from playtrace.api.scrape.scrapes import Scrapes
from playtrace.api.state import State
from playtrace.api.turns import Turns
from playtrace.asgi import Receive, Scope, Send
from playtrace.cluster.asking import Asking
from playtrace.cluster.held_lease import HeldLease
from playtrace.cluster.loading import Loading
from playtrace.cluster.roles import check_role
from playtrace.collect.app import Collect
from playtrace.config import MEBIBYTE, Settings
from playtrace.freed_memory import give_back, use_system_allocator
from playtrace.jobs import Job, Jobs
from playtrace.journal.by_url import open_inlet, open_sink
from playtrace.journal.inlet import taken_until
from playtrace.journal.repair import repair
from playtrace.journal.sink import Closed, Sink
from playtrace.journal.sqlite import Journal
from playtrace.load.compaction import Compaction
from playtrace.load.loader import Loader
from playtrace.load.rebuild import Rebuild
from playtrace.load.samples import forget_samples
from playtrace.measures import Measured
from playtrace.mirrors.from_settings import follow_mirror_settings
from playtrace.mirrors.running import Mirrors
from playtrace.operate import unfinished
from playtrace.operate.backup import Backups
from playtrace.operate.erasures import LOOK_S as ERASURES_LOOK_S
from playtrace.operate.erasures import Erasures
from playtrace.operate.game_deletion import LOOK_S as DELETION_LOOK_S
from playtrace.operate.game_deletion import GameDeletions
from playtrace.operate.remedies import of_damaged_store, of_lost_events
from playtrace.operate.remembering import LOOK_S as REMEMBER_S
from playtrace.operate.remembering import Remembering, note_what_is_behind
from playtrace.operate.retention import LOOK_S as RETENTION_LOOK_S
from playtrace.operate.retention import Retention
from playtrace.operate.schedule import LOOK_S as BACKUP_LOOK_S
from playtrace.operate.schedule import BackupSchedule
from playtrace.operate.space import LOOK_S as SPACE_LOOK_S
from playtrace.operate.space import Space
from playtrace.registry.errors import RegistryError
from playtrace.registry.group_roles import read_group_roles
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.reports.sending import Reports
from playtrace.segments.keeping import DailyRefresh
from playtrace.serving.collecting import Collecting
from playtrace.serving.collectors import Collectors
from playtrace.serving.counting import Counting
from playtrace.serving.entrance import Entrance
from playtrace.serving.forwarded import LOOPBACK, Forwarded, Reading
from playtrace.serving.http_server import http_server, leave_garbage_collector_little, stop_serving
from playtrace.serving.listening import StartError, free_port, hold_port, wait_until_listening
from playtrace.serving.local_file import forget_local_file, write_local_file
from playtrace.serving.orders import Orders
from playtrace.serving.own_names import is_loopback
from playtrace.serving.request_ids import RequestIds
from playtrace.serving.traced import traced
from playtrace.shares import ALL, Share
from playtrace.sql.processes import SqlProcesses
from playtrace.stats.answers import KeptStats
from playtrace.store.by_url import open_asked
from playtrace.store.duckdb import Store
from playtrace.tracing import Tracing

log = logging.getLogger("playtrace.server")

START_BYTES_MIN = 4 * MEBIBYTE
"""What a start writes before it can answer anybody; less than is kept free on the smallest disks."""
LAST_QUESTIONS_SECONDS_MAX = 3.0
"""Questions are ended so long after the order to stop: before their requests are cut off, so they still hear it."""
FETCHED_SECONDS_MAX = 30.0
"""What collectors took is fetched from the broker in so long, or it is told that it was not."""
MIRRORS_GIVE_WAY_S = 2.0
"""While what waits to be loaded is older than this, mirrors take a fifth of the time that they could."""


class Playtrace:
    """The whole product as an ASGI app, for all games or for those of a share. `open` it, `start` the background work,
    and `close` it. `address` is where people find it."""

    def __init__(self, settings: Settings, share: Share = ALL, held: HeldLease | None = None) -> None:
        """`held` is the lease by which it has the share, where others might have it."""
        self.settings = settings
        # A folder that is there keeps what its owner set.
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.registry = Registry.open(settings.registry_database, share=share)
        self.key_ring = KeyRing(self.registry, open_mode=settings.open)
        self.store = Store.open_in_background(settings.store_path, settings)
        self.sql_processes = SqlProcesses(self.store, settings)
        # The store is this process's alone by now, and so is the journal.
        repair(settings.journal_path)
        epoch = None if held is None else held.lease.epoch
        self.journal = Journal.open(settings.journal_path, settings, epoch=epoch)
        self.inlet = open_inlet(settings, self.journal, share)
        self.sink = self._sink()
        self._remembers = share.is_all
        """The registry knows how far one store is; of several ClickHouse does."""
        if self._remembers:
            note_what_is_behind(self.registry.store_place(), self.journal, self.store)
        compaction = Compaction(self.store, settings)
        self.rebuild = Rebuild(self.store, settings, compaction.touch)
        self.address = settings.public_url or ""
        self.watch = Watch(
            self.store,
            self.registry,
            settings,
            counting_of=lambda game: counting_rules(settings, self.registry, game.id, game.currency),
            lag_seconds=self.waiting_seconds,
            address=lambda: self.address,
        )
        self.loader = Loader(self.store, self.journal, settings, touched=compaction.touch, arrived=self.watch.arrived)
        self.remembering = Remembering(self.registry, self.journal, self.loader)
        self.feeds = Feeds(self.store, self.loader)
        refresh = DailyRefresh(self.store, self.registry, partial(rules_of, settings, self.registry))
        self.outbox = Outbox(self.registry, Outgoing(allow_private=settings.alerts.allow_private_targets))
        if share.number == 0:
            follow_alert_settings(self.registry, settings)
        self.reports = Reports(
            self.store,
            self.registry,
            partial(rules_of, settings, self.registry),
            lag_seconds=self.waiting_seconds,
            address=lambda: self.address,
        )
        self.backups = Backups(self.store, settings)
        if share.is_all:
            follow_mirror_settings(self.registry, settings)
        self.mirrors = Mirrors(
            self.store,
            self.registry,
            settings,
            journal_id=str(self.journal.journal_id),
            is_busy=lambda: self.waiting_seconds() > MIRRORS_GIVE_WAY_S,
        )
        if share.is_all:
            self.mirrors.look_back()
        self.erasures = Erasures(
            self.store,
            self.registry,
            self.journal,
            self.loader,
            settings,
            touched=compaction.touch,
            taken=self.taken,
            forgotten=_forgotten(settings, self.store),
        )
        self.backup_schedule = BackupSchedule(self.backups, self.registry, settings)
        self.retention = Retention(self.store, self.registry)
        deletions = GameDeletions(self.store, self.registry, taken=self.taken, loaded=lambda: self.loader.offset)
        space = Space(self.store, lambda: self.retention.has_freed() | deletions.has_freed())
        self.jobs = Jobs(
            Job("read keys", self.key_ring.refresh, period_s=1),
            Job("live view", self.feeds.tick, period_s=TICK_S),
            Job("rebuild rollups", self.rebuild.work, period_s=1),
            Job("merge rollups", compaction.merge, period_s=1),
            Job("checkpoint", self.loader.kept.bound, period_s=5),
            Job("tidy the store", compaction.tidy, period_s=5),
            Job("forget samples", partial(forget_samples, self.store), period_s=60),
            Job("refresh segments", refresh.work, period_s=60),
            Job("judge alerts", self.watch.work, period_s=1),
            Job("send reports", self.reports.work, period_s=5),
            Job("erase players", self.erasures.work, period_s=ERASURES_LOOK_S),
            Job("back up", self.backup_schedule.work, period_s=BACKUP_LOOK_S),
            Job("remove what is kept no longer", self.retention.work, period_s=RETENTION_LOOK_S),
            Job("delete games", deletions.work, period_s=DELETION_LOOK_S),
            Job("free space", space.work, period_s=SPACE_LOOK_S),
            Job("forget logins", self.registry.logins.forget, period_s=3600),
            Job("give memory back", give_back, period_s=60),
        )
        if share.number == 0:
            # There is one outbox, and one of those who load sends what is in it.
            self.jobs.add(Job("send alerts", self.outbox.work, period_s=1))
            self.jobs.add(Job("tidy alerts", self.outbox.tidy, period_s=60))
        if share.is_all:
            # These follow one store.
            self.jobs.add(Job("follow mirrors", self.mirrors.work, period_s=1))
            self.jobs.add(Job("remember", self.remembering.work, period_s=REMEMBER_S))
        is_ours = (lambda: True) if held is None else held.is_good
        self.asked, following = open_asked(self.store, settings, share, is_ours)
        if following is not None:
            self.jobs.add(following)
        if settings.aws.keys_url is not None:
            from playtrace.aws.publishing import KeysPublisher  # what it needs is an extra

            publisher = KeysPublisher(self.registry, settings.aws.keys_url)
            self.jobs.add(Job("publish keys", publisher.publish, period_s=5))
        self.measured = Measured()
        self.local_token = secrets.token_urlsafe(32)
        api = create_app()
        is_by_provider = settings.oidc.issuer is not None
        State(
            settings=settings,
            registry=self.registry,
            key_ring=self.key_ring,
            store=self.store,
            sql_processes=self.sql_processes,
            journal=self.journal,
            inlet=self.inlet,
            loader=self.loader,
            rebuild=self.rebuild,
            feeds=self.feeds,
            jobs=self.jobs,
            outbox=self.outbox,
            watch=self.watch,
            reports=self.reports,
            mirrors=self.mirrors,
            backups=self.backups,
            erasures=self.erasures,
            backup_schedule=self.backup_schedule,
            retention=self.retention,
            answers=Answers(lambda: self.store.version + (0 if self.asked is None else self.asked.version)),
            asked=self.asked,
            kept_stats=_kept_stats(settings),
            imports=Imports(),
            turns=Turns(settings.store.query_concurrency),
            sql_turns=Turns(settings.sql.concurrency),
            measured=self.measured,
            scrapes=Scrapes(),
            local_token=self.local_token,
            identity_provider=IdentityProvider(settings.oidc) if is_by_provider else None,
            group_roles=read_group_roles(settings.oidc.roles),
        ).give_to(api)
        collect = Collect(settings, self.sink, self.key_ring, self.measured.own)
        reading = Attention(EveryAnswer(QuerySpelling(api)))
        entrance = Entrance(settings, collect, Counting(reading, self.measured.own))
        is_handed_on = processes_of(settings) > 0
        self._entrance = RequestIds(traced(entrance, settings, collect.answers, is_handed_on=is_handed_on))

    def _sink(self) -> Sink:
        if "collect" not in self.settings.roles:
            return Closed(f"This server has the role {self.settings.role}: send events to one that takes them.")
        return self.journal if self.inlet is None else open_sink(self.settings)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return self._entrance(scope, receive, send)

    @property
    def troubles(self) -> list[str]:
        """What was found damaged or lost, and what to do about it."""
        damage, lost = self.store.damage, self.journal.damaged_events
        return [
            *([] if damage is None else [f"Events are taken, and wait. {of_damaged_store(damage)}"]),
            *([of_lost_events(lost)] if lost else []),
        ]

    def start(self) -> None:
        """Begin the background work."""
        if self.inlet is not None:
            self.inlet.start()
        self.loader.start()
        self.jobs.start()

    def end_questions(self) -> None:
        """Those that are being answered get an error."""
        self.store.end_questions()

    def waiting_seconds(self) -> float:
        """How long the oldest of what was acknowledged has waited to be loaded."""
        return waiting_seconds(self.loader, self.inlet)

    def taken(self) -> int:
        """The offset of the journal up to which everything was acknowledged until now. Raises `JournalUnavailable`."""
        return taken_until(self.journal, self.inlet, FETCHED_SECONDS_MAX)

    async def close(self) -> None:
        """Load what was acknowledged, then close everything."""
        await asyncio.to_thread(self.close_files)

    def close_files(self) -> None:
        """As `close`, for a thread."""
        self.backups.close()
        self.jobs.stop()
        self.outbox.stop()
        with suppress(RegistryError):  # its server may be away; then some of it is judged again
            self.watch.close()
        self.mirrors.stop()
        self.sql_processes.close()
        if self.inlet is not None:
            self.sink.close()
            self.inlet.stop()
        self.loader.stop()
        self.journal.close()
        if self.asked is not None:
            self.asked.close()
        self.store.close()
        if self._remembers:
            with suppress(RegistryError):  # its server may be away; what it knows is a little older then
                self.remembering.work_at_the_end(self.settings.store_path)
        self.registry.close()


Server = Playtrace | Collecting | Loading | Asking


def open_server(settings: Settings, port: int) -> Server:
    """What the role says. Raises `OSError`, `ValueError`, `sqlite3.Error`, `RegistryError` and `StoreError`."""
    match settings.roles:
        case roles if roles == frozenset({"collect"}):
            return Collecting(settings)
        case roles if roles == frozenset({"load"}):
            return Loading(settings, port, Playtrace)
        case roles if roles == frozenset({"ask"}):
            return Asking(settings)
        case _:
            return Playtrace(settings)


async def serve(settings: Settings, on_ready: Callable[[str, Server], None], stop: asyncio.Event) -> None:
    """Serve until `stop` is set, then finish what was begun.

    `on_ready` is called with the address once requests are answered. Raises `StartError`.
    """
    check_open(settings)
    check_role(settings)
    use_system_allocator()
    if sys.platform != "win32":
        # What players did is nobody else's business; on Windows the folder's own permissions count.
        os.umask(0o077)
    check_disk(settings.data)
    check_restored(settings.data)
    port = settings.port or free_port(settings.host)
    with hold_port(settings.host, port):
        await _serve(settings, port, on_ready, stop)


async def _serve(settings: Settings, port: int, on_ready: Callable[[str, Server], None], stop: asyncio.Event) -> None:
    try:
        traces = Tracing.begin(settings, "main")
        playtrace = open_server(settings, port)
    except (OSError, ValueError, sqlite3.Error) as error:
        # A folder, a file or an address among the settings.
        raise StartError(f"Cannot start with the folder {settings.data} and these settings: {error}") from error
    reading = Reading(free_port(LOOPBACK), secrets.token_urlsafe(32))
    collectors = Collectors(Orders(settings, port, reading), processes_of(settings))
    app, here = playtrace, (settings.host, port)
    if collectors.count > 0:
        app, here = Forwarded(playtrace, reading.secret), (LOOPBACK, reading.port)
        playtrace.measured.of_collectors = collectors.measures
        playtrace.measured.collector_pids = collectors.pids
        playtrace.jobs.add(Job("bound memory of collectors", collectors.bound_memory, period_s=1))
    server = http_server(app, *here, settings.keep_alive_seconds)
    playtrace.start()
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    try:
        await wait_until_listening(*here, serving)
        await collectors.start()
        leave_garbage_collector_little()
        url = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{port}"
        for trouble in playtrace.troubles:
            log.error(trouble)
        if not isinstance(playtrace, Loading | Asking):
            write_local_file(settings, url, playtrace.local_token)
            playtrace.address = settings.public_url or url
        on_ready(settings.public_url or url, playtrace)
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping: what was acknowledged is being loaded")
    except StartError:
        # Told to stop while it starts, as its processes were: that is no error.
        if not stop.is_set():
            raise
    finally:
        if not isinstance(playtrace, Loading | Asking):
            forget_local_file(settings)
        stopping.cancel()
        playtrace.jobs.end()
        ending = asyncio.get_running_loop().call_later(LAST_QUESTIONS_SECONDS_MAX, playtrace.end_questions)
        await collectors.stop()
        await stop_serving(server, serving)
        ending.cancel()
        # Else nobody takes apart what was frozen when the process ends, and DuckDB's binding complains of leaks.
        gc.unfreeze()
        await playtrace.close()
        if traces is not None:
            await asyncio.to_thread(traces.end)


def follow_alert_settings(registry: Registry, settings: Settings) -> None:
    """The channel that DISCORD_WEBHOOK_URL makes is as it says now."""
    url = settings.alerts.discord_webhook_url
    channel = registry.alert_channels.follow_settings(None if url is None else url.get_secret_value())
    if channel is not None and not channel.is_from_settings:
        log.warning(
            "DISCORD_WEBHOOK_URL is not used: somebody made another alert channel of its name",
            extra={"channel": channel.id},
        )


def check_open(settings: Settings) -> None:
    """Raises `StartError` for an open server that others could reach, unless told so twice."""
    if settings.open and not settings.open_beyond_loopback and not is_loopback(settings.host):
        raise StartError(
            f"An open server asks nobody who they are, and {settings.host} can be reached by others."
            " Say --open-beyond-loopback as well if that is what you want."
        )


def _kept_stats(settings: Settings) -> KeptStats | None:
    """None where the store answers."""
    if settings.aws.stats_table is None:
        return None
    # What they need is an extra.
    from playtrace.aws.clients import client
    from playtrace.stats.from_table import TableAnswers
    from playtrace.stats.reading import rules_of as counting_of
    from playtrace.stats.table import StatsTable

    return TableAnswers(StatsTable(client("dynamodb"), settings.aws.stats_table), counting_of(settings))


def _forgotten(settings: Settings, store: Store) -> Callable[[str, Sequence[str]], None] | None:
    """Where erased players are forgotten besides."""
    if settings.aws.stats_table is None:
        return None
    from playtrace.aws.forgetting import forgetting  # what it needs is an extra

    return forgetting(settings, store)


def processes_of(settings: Settings) -> int:
    """How many processes take events beside this one."""
    return settings.collect.processes_here() if "collect" in settings.roles else 0


def check_restored(folder: Path) -> None:
    """Raises `StartError` for a folder in which a restore was cut: a start would make anew what is missing."""
    if (folder / unfinished.RESTORE).exists():
        raise StartError(
            f"{folder} holds a backup that was not restored to its end. Delete the folder, and restore it again."
        )


def check_disk(folder: Path) -> None:
    """Raises `StartError` when there is no room for what a start writes. Above that it starts, takes nothing while
    less is free than `disk_free_bytes_min`, and says so."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    if free < START_BYTES_MIN:
        raise StartError(
            f"The disk is full: {free // 1024:,} KiB are free for {folder.absolute()}, and a start needs"
            f" {START_BYTES_MIN // 1024:,}. Nothing that was acknowledged is lost. Make room, and start again."
        )
