"""The loader against a model in plain Python: whatever comes, in whatever order, crashes and all.

The model keeps the rules of docs and design as a person would: the first to arrive wins, a session has one
clock, too old is quarantined, everything ends in the books. The rollups are computed anew from the events.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import shutil
import sys
import tempfile
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import naive_rollups
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from playtrace.config import Settings
from playtrace.event import Batch, Event, Refusal, RefusalReason
from playtrace.journal.entry import Entry, encode, microseconds
from playtrace.journal.sqlite import Journal
from playtrace.load import clocks
from playtrace.load.compaction import TASKS, compact
from playtrace.load.loader import Loader
from playtrace.sent_at import reading_s
from playtrace.store.duckdb import Store

GAMES = ("arena", "harbour")
LATE = dt.timedelta(days=30)
PLAYERS = {"s1": "p1", "s2": "p2", "s3": "p1", None: None}
NAMES = (
    *("position", "position", "purchase", "performance", "crash", "push_received"),
    *("java.run.completed", "java.run.error"),
)
PROPS: dict[str, dict[str, Any]] = {
    "performance": {"fps": 60, "duration_s": 10},
    "java.run.completed": {"exit": 1, "durationMs": 12.5, "waitMsTotal": "7", "scannerUsage": True, "vscode": [1]},
    "java.run.error": {"phase": "compile", "exceptionHash": "6f", "vscode": "1.99.0", "exit": 3},
}
NOT_JSON = b'{"name": nonsense}\n'


class Sent:
    """An entry as the model remembers it."""

    def __init__(self, batch: Batch, poison_at: int | None = None) -> None:
        self.batch = batch
        self.poison_at = poison_at
        """Before which event a line stands that is no JSON."""

    def entry(self) -> Entry:
        entry = encode(self.batch)
        if self.poison_at is None:
            return entry
        lines = entry.body.splitlines(keepends=True)
        lines.insert(self.poison_at, NOT_JSON)
        return Entry(entry.header, len(lines), b"".join(lines))


class LoaderModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="playtrace-"))
        self.settings = Settings(data=self.folder, disk_free_bytes_min=0, store_threads=1)
        self.now = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(minutes=30)
        self.seq = 0
        self.sent: list[Sent] = []
        self.waiting: list[Sent] = []
        self.stored: dict[tuple[str, uuid.UUID], Event] = {}
        self.rows: Counter[tuple[Any, ...]] = Counter()
        self.sessions: dict[clocks.Session, int] = {}
        self.devices: dict[tuple[str, str], clocks.Device] = {}
        self.players: dict[tuple[str, str], int] = {}
        self.books: Counter[tuple[str, str, str]] = Counter()
        self.open()

    def open(self) -> None:
        self.store = Store.open(self.folder / "store.duckdb", self.settings)
        self.journal = Journal.open(self.folder / "journal.sqlite", self.settings)
        self.loader = Loader(self.store, self.journal, self.settings)

    def teardown(self) -> None:
        self.load()
        self.compare()
        self.merge()
        self.compare()
        self.store.close()
        self.journal.close()
        shutil.rmtree(self.folder)

    # ── what may happen ──────────────────────────────────────────────────────────────────────────────────

    @rule(
        data=st.data(),
        game=st.sampled_from(GAMES),
        count=st.integers(1, 6),
        skew_s=st.sampled_from([None, 0, 1, 149, 150, 5000, 7200, 20_000, -4000, -150]),
        seconds=st.integers(0, 400),
    )
    def send(self, data: st.DataObject, game: str, count: int, skew_s: int | None, seconds: int) -> None:
        self.now += dt.timedelta(seconds=seconds)
        clock = self.now - dt.timedelta(seconds=skew_s or 0)
        batch = Batch(
            received_at=self.now,
            source=data.draw(st.sampled_from(["events", "jwc.v1"])),
            events=[self.draw_event(data, clock) for _ in range(count)],
            game_id=game,
            sent_at=None if skew_s is None else clock,
            country=data.draw(st.sampled_from([None, "DE"])),
        )
        self.append(Sent(batch))

    @rule(data=st.data(), is_changed=st.booleans(), seconds=st.integers(0, 100))
    @precondition(lambda self: self.sent)
    def send_again(self, data: st.DataObject, is_changed: bool, seconds: int) -> None:
        """The same events in another request, perhaps with another body."""
        self.now += dt.timedelta(seconds=seconds)
        earlier = data.draw(st.sampled_from(self.sent))
        events = list(earlier.batch.events)
        if is_changed:
            events = [replace(event, value=(event.value or 0) + 1) for event in events]
        batch = replace(earlier.batch, received_at=self.now, sent_at=None, events=events)
        self.append(Sent(batch))

    @rule(data=st.data())
    @precondition(lambda self: self.sent)
    def send_what_cannot_be_loaded(self, data: st.DataObject) -> None:
        events = [self.draw_event(data, self.now) for _ in range(data.draw(st.integers(0, 4)))]
        batch = Batch(received_at=self.now, source="events", events=events, game_id="arena")
        self.append(Sent(batch, poison_at=data.draw(st.integers(0, len(events)))))

    @rule(count=st.integers(1, 3))
    def refuse(self, count: int) -> None:
        refusals = [Refusal(i, RefusalReason.INVALID, "name: expected.", "{}", "arena") for i in range(count)]
        self.append(Sent(Batch(received_at=self.now, source="events", events=[], refusals=refusals)))

    @rule()
    def load(self) -> None:
        while self.loader.load_waiting() is not None:
            pass
        self.expect_loaded()

    @rule()
    def load_and_crash_before_trimming(self) -> None:
        entries = self.journal.read(self.loader.offset, events_max=10**6, bytes_max=10**9)
        if entries:
            self.loader.load(entries)
        self.expect_loaded()
        self.crash()

    @rule()
    def crash(self) -> None:
        """All that is in memory is gone. What a kill does to the files is tested with a real one."""
        self.store.close()
        self.journal.close()
        self.open()

    @rule()
    @precondition(lambda self: sys.platform != "win32")  # which gives an open file to nobody else
    def lose_the_log_of_the_store(self) -> None:
        """What is in the store's file is there, and nothing else: the journal still has the rest."""
        shutil.copy(self.folder / "store.duckdb", self.folder / "file.duckdb")
        self.store.close()
        self.journal.close()
        (self.folder / "file.duckdb").replace(self.folder / "store.duckdb")
        self.open()
        self.load()

    @rule()
    def checkpoint(self) -> None:
        assert self.store.checkpoint()
        self.loader.kept.bound()

    @rule()
    def merge(self) -> None:
        days = self.ask("SELECT time::DATE AS day FROM events UNION SELECT hour::DATE FROM books")
        for row in days:
            for task in TASKS:
                compact(self.store, task, row["day"], self.settings)

    # ── what it must be then ─────────────────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_is_forgotten(self) -> None:
        waiting = sum(max(1, sent.entry().events) for sent in self.waiting)
        assert self.journal.waiting_events(self.loader.offset) == waiting

    @rule()
    def compare(self) -> None:
        found = Counter(
            (*(row[name] for name in ("game_id", "name", "time", "client_time", "session_id", "player_id", "value")),)
            for row in self.ask("FROM events")
        )
        assert found == self.rows
        ids = {
            (row["game_id"], uuid.UUID(row["event_id"]))
            for row in self.ask("SELECT game_id, event_id::VARCHAR AS event_id FROM events")
        }
        assert self.stored.keys() <= ids
        books: Counter[tuple[str, str, str]] = Counter()
        for row in self.ask("FROM books"):
            books[row["game_id"], row["outcome"], row["reason"]] += row["events"]
        assert books == self.books
        naive_rollups.check(self.ask)

    # ── the model ────────────────────────────────────────────────────────────────────────────────────────

    def draw_event(self, data: st.DataObject, clock: dt.datetime) -> Event:
        self.seq += 1
        draw = data.draw
        age = draw(
            st.sampled_from([dt.timedelta(0), *(dt.timedelta(minutes=minutes) for minutes in (7, 40, 300, 1500))])
        )
        session_id = draw(st.sampled_from([None, "s1", "s2", "s3"]))
        if session_id is None and draw(st.integers(0, 5)) == 0:
            age = LATE + draw(st.sampled_from([dt.timedelta(0), dt.timedelta(microseconds=1), dt.timedelta(days=3)]))
        name = draw(st.sampled_from(NAMES))
        is_position = name == "position"
        is_located = is_position or name == "crash"
        time = draw(st.sampled_from([clock - age] * 9 + [None]))
        if time is not None:
            # Written with an offset, as a device in Kathmandu might.
            time = time.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=45))) if draw(st.booleans()) else time
        return Event(
            name=name,
            event_id=draw(st.sampled_from([uuid.UUID(int=self.seq)] * 9 + [None])),
            time=time,
            seq=self.seq,
            mono_ms=draw(st.integers(0, 50)) * 100 if is_position else None,
            # What is set aside makes no player known, which is decided before it is set aside.
            player_id=None if age >= LATE else PLAYERS[session_id] or draw(st.sampled_from([None, "p1", "p2"])),
            session_id=session_id,
            env=None if session_id else draw(st.sampled_from([None, None, "dev"])),
            platform=draw(st.sampled_from([None, "linux"])),
            map=draw(st.sampled_from(["keep", "yard"])) if is_located else None,
            x=float(self.seq) if is_located else None,
            y=1.0 if is_located else None,
            value=self.seq / 4 if name == "purchase" else None,
            props=PROPS.get(name) or {"n": self.seq, "list": [1, None]},
        )

    def append(self, sent: Sent) -> None:
        async def append() -> int:
            return await self.journal.append(sent.entry())

        asyncio.run(append())
        self.sent.append(sent)
        self.waiting.append(sent)

    def expect_loaded(self) -> None:
        for sent in self.waiting:
            self.expect(sent)
        self.waiting = []

    def expect(self, sent: Sent) -> None:
        batch = sent.batch
        game = batch.game_id or ""
        for refusal in batch.refusals:
            self.books[refusal.game_id or "", "refused", refusal.reason.value] += 1
        if sent.poison_at is not None:
            self.books[game, "quarantined", "unloadable"] += 1
        corrections = self.corrections(batch, game)
        for event in batch.events:
            correction = corrections[event.session_id, event.player_id]
            time = batch.received_at
            if event.time is not None:
                time = min(event.time.astimezone(dt.UTC) + correction, batch.received_at)
            if batch.received_at - time > LATE:
                self.books[game, "quarantined", "too_old"] += 1
                continue
            if event.event_id is not None:
                first = self.stored.get((game, event.event_id))
                if first is not None:
                    self.books[game, "duplicate", "" if first == event else "conflict"] += 1
                    continue
                self.stored[game, event.event_id] = event
            self.books[game, "stored", ""] += 1
            if event.player_id is not None and event.env is None and event.name != "push_received":
                self.players[game, event.player_id] = -1
            client_time = None if event.time is None else without_offset(event.time)
            self.rows[
                game, event.name, without_offset(time), client_time, event.session_id, event.player_id, event.value
            ] += 1

    def corrections(self, batch: Batch, game: str) -> dict[tuple[str | None, str | None], dt.timedelta]:
        """By session and player, one after the other as they came; the rule itself is tested case by case."""
        times: dict[tuple[str | None, str | None], list[int]] = {}
        active = {(event.session_id, event.player_id) for event in batch.events if event.name != "push_received"}
        for event in batch.events:
            known = times.setdefault((event.session_id, event.player_id), [])
            if event.time is not None:
                known.append(microseconds(event.time))
        received_us = microseconds(batch.received_at)
        sent_us = None if batch.sent_at is None else microseconds(batch.sent_at)
        found: dict[tuple[str | None, str | None], dt.timedelta] = {}
        for (session, player), known in times.items():
            whose = None if player is None else (game, player)
            reading = clocks.Reading(
                journal_offset=0,
                session=None if session is None else (game, player or "", session),
                device=whose,
                player=whose,
                received_us=received_us,
                sent_us=sent_us,
                reading_s=reading_s(received_us, sent_us),
                is_certain=False,
                first_us=min(known, default=None),
                last_us=max(known, default=None),
                is_passive=(session, player) not in active,
            )
            decided = clocks.decide([reading], self.sessions, self.devices, self.players)
            found[session, player] = dt.timedelta(seconds=decided.corrections[0])
        return found

    def ask(self, sql: str) -> list[dict[str, Any]]:
        return self.store.query_text(sql).to_pylist()


def without_offset(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


pytestmark = pytest.mark.timeout(900)  # when it fails, Hypothesis looks for minutes for the shortest way there
TestLoader = LoaderModel.TestCase
TestLoader.settings = settings(
    # Others each time. EXAMPLES=100 after a change of how events are loaded.
    max_examples=int(os.environ.get("EXAMPLES", "5")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
