"""Follows the store for one mirror: slice by slice in the order of arrival, for as long as there is a store.

A slice is read at one moment of the store and written in one transaction of the target, which holds the position too:
so a mirror may be killed, cut off, or run twice, and each event is there once. What fails is tried again, more and more
seldom, and costs nothing but the mirror's lag.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from playtrace.addresses import scrubbed
from playtrace.config import Settings
from playtrace.freed_memory import give_back
from playtrace.mirrors.cutting import Waiting, before_day, count_events, go_on_from, head_of, next_slice
from playtrace.mirrors.erasing import read as read_erasure
from playtrace.mirrors.erasing import waiting as waiting_erasures
from playtrace.mirrors.read_ahead import ReadAhead
from playtrace.mirrors.state import MirrorState, state_of
from playtrace.mirrors.target import (
    GameFacts,
    Pace,
    Position,
    PositionMoved,
    Slice,
    Target,
    TargetAway,
    TargetError,
)
from playtrace.mirrors.targets import make_target
from playtrace.registry.errors import UnknownMirror
from playtrace.registry.models import ERROR_LENGTH_MAX, Mirror
from playtrace.registry.registry import Registry
from playtrace.store.background import run_in_background
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

log = logging.getLogger("playtrace.mirrors")

LOOK_S = 1.0
"""Between two looks at a store of which everything is there. What comes meanwhile is written together."""
NOTE_S = 1.0
"""While it writes, how it fares is written down so often."""
RETRY_S = 1.0
"""After the first failure; twice as long after each that follows, until"""
AWAY_RETRY_S_MAX = 60.0
"""this, or, where a person has to do something,"""
PERSON_RETRY_S_MAX = 300.0
"""this."""
GIVES_WAY = 4.0
"""While loading is behind, it rests so many times as long as a slice took: a database here wants a core too."""
EVENTS_MIN = 100
"""A slice is made no smaller than this, unless there is less."""
MOVED_MAX = 10
"""So often in a row somebody else may have been quicker; then something is wrong."""

Did = Literal["wrote", "rested", "paused", "failed", "gone"]


@dataclass(frozen=True)
class Step:
    """What one step of a follower came to."""

    did: Did
    """`wrote`: a slice. `rested`: the target has everything. `gone`: there is no such mirror any more."""
    rest_s: float
    """How long until the next one."""


@dataclass(frozen=True)
class _Next:
    """What comes next, as it was read."""

    head: Position
    """Where the store was then."""
    version: int
    """Of the store, then or a moment before."""
    waiting: Waiting | None
    """None where there was nothing."""
    rows: Any
    """Of `waiting`."""
    waiting_events: int | None
    """All that the target lacked, where they were counted."""


class Follower:
    """`run` it on a thread of its own, or make its `step`s; then `close` it."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        settings: Settings,
        mirror_id: str,
        *,
        journal_id: str | None,
        is_busy: Callable[[], bool] = lambda: False,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        make: Callable[..., Target[Any]] = make_target,
    ) -> None:
        """`journal_id`: of the journal that is loaded now, where one is known. `is_busy`: whether loading is behind and
        goes first."""
        self._store = store
        self._registry = registry
        self._settings = settings
        self._mirror_id = mirror_id
        self._journal_id = journal_id
        self._is_busy = is_busy
        self._clock = clock
        self._make = make
        # For jitter: mirrors that failed together are not tried again together.
        self._dice = random.Random()  # noqa: S311 - no secret
        self._target: Target[Any] | None = None
        self._url: str | None = None
        """Where that is."""
        self._position: Position | None = None
        """Where the mirror stands."""
        self._is_placed = False
        """Whether that is a place in what this store has."""
        self._seen_version: int | None = None
        """Of the store, when the target had everything."""
        self._changed_at: dt.datetime | None = None
        """When somebody had last said something of the mirror."""
        self._pace = Pace()
        """Of the target."""
        self._ahead = ReadAhead[_Next | None](f"mirror: {mirror_id} reads")
        self._events_max = self._pace.events_max
        """In a slice: what is too much for a database's time, or for memory, is not when it is less. With each
        slice that is written it grows again."""
        self._failures = 0
        self._moved = 0
        self._noted_at = 0.0
        self._is_unnoted = False
        self._is_news = False
        """Whether it fares otherwise than is written down, and not only further."""
        self._stopping = threading.Event()
        self.state = MirrorState()
        """How it fares; the registry has it, a moment later."""

    # ── on a thread ──────────────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Until it is stopped, or the mirror is removed."""
        run_in_background()
        try:
            while not self._stopping.is_set():
                step = self.step()
                if step.did == "gone":
                    return
                self._rest(step.rest_s)
        finally:
            self.close()

    def _rest(self, rest_s: float) -> None:
        """Until it is over, or somebody said something of the mirror. At its end the next step looks for that."""
        until = time.monotonic() + rest_s
        while (left_s := until - time.monotonic()) > LOOK_S:
            if self._stopping.wait(LOOK_S):
                return
            try:
                if self._registry.mirrors.find(self._mirror_id).changed_at != self._changed_at:
                    return
            except Exception:
                # It was removed, or the registry cannot be read: the next step tells.
                return
        self._stopping.wait(max(0.0, left_s))

    def stop(self) -> None:
        """The step that has begun is the last."""
        self._stopping.set()

    def close(self) -> None:
        """Leave the target. What was not committed is not there."""
        self._ahead.close()
        if self._target is not None:
            self._target.close()
        self._target = None
        self._is_placed = False
        self._seen_version = None

    # ── a step ───────────────────────────────────────────────────────────────────────────────────────────

    def step(self) -> Step:
        """Write the next slice, or see that there is none. Raises nothing that a mirror may meet with."""
        mirror: Mirror | None = None
        try:
            mirror = self._registry.mirrors.find(self._mirror_id)
            return self._step(mirror)
        except UnknownMirror:
            self.close()
            return Step("gone", 0.0)
        except PositionMoved as moved:
            return self._go_on_elsewhere(mirror, moved)
        except StoreError as error:
            return self._fail(mirror, f"The store cannot be read: {error}", passes=True)
        except TargetError as error:
            return self._fail(mirror, str(error), passes=isinstance(error, TargetAway))
        except Exception as error:
            # A mistake of ours, or something that a driver says and no target knows. It is tried again all the same.
            return self._fail(mirror, f"{type(error).__name__}: {error}", passes=True, trace=traceback.format_exc())

    def _step(self, mirror: Mirror) -> Step:
        is_changed = self._changed_at != mirror.changed_at
        if is_changed:
            self._changed_at = mirror.changed_at
            self._failures = 0
        if self._url != mirror.url:
            self.close()
            self._url = mirror.url
            self.state = state_of(mirror)
        if mirror.is_paused:
            self.close()
            return Step("paused", LOOK_S)
        erasures = self._erasures_to_do()
        if self._seen_version == self._store.version and not is_changed and not erasures:
            if self._is_unnoted:
                self._note()
            return Step("rested", LOOK_S)
        began = time.monotonic()
        if self._target is None:
            self._target = self._make(mirror.url, mirror.id, self._settings, lambda: facts_of(self._registry))
            self._position = self._target.open()
            if self._target.pace != self._pace:
                self._pace = self._target.pace
                self._events_max = self._pace.events_max
        target = self._target
        if is_changed or erasures:
            self._ahead.drop()
        if not self._place(mirror, target):
            return Step("rested", LOOK_S)
        for erasure_id in erasures:
            self._erase(mirror, target, erasure_id)
        read = self._ahead.take(self._position) or self._read(mirror, target, self._position)
        if read is None:
            return Step("rested", LOOK_S)
        self.state.head_offset = read.head.journal_offset
        if read.waiting_events is not None:
            self.state.waiting_events = read.waiting_events
        waiting = read.waiting
        if waiting is None:
            self._seen_version = read.version
            return self._caught_up()
        is_last = waiting.slice_.upto == read.head
        if self._pace.is_read_ahead and not is_last and not self._is_busy():
            self._ahead.begin(waiting.slice_.upto, lambda: self._read(mirror, target, waiting.slice_.upto))
        self._write(target, waiting, read.rows)
        del read  # nothing of it is kept while the next is read
        if is_last:
            self._caught_up()
        else:
            self.state.oldest_waiting_at = waiting.oldest_at
            self._note()
        took_s = time.monotonic() - began
        if self._is_busy():
            return Step("wrote", GIVES_WAY * took_s)
        return Step("wrote", self._pace.rest_s if is_last else 0.0)

    def _read(self, mirror: Mirror, target: Target[Any], after: Position | None) -> _Next | None:
        """What comes behind a position; None where the store was never loaded."""
        version = self._store.version
        with self._store.reading() as moment:
            head = head_of(moment, self._journal_id)
            if head is None:
                return None
            lacking = _lacking(mirror, after, head)
            waiting = next_slice(lacking, moment, events_max=self._events_max, bytes_max=self._pace.bytes_max)
            if waiting is None:
                return _Next(head, version, None, None, None)
            rows = target.read(waiting.slice_, moment)
            waiting_events = count_events(lacking, moment) if self._is_time_to_note() else None
        return _Next(head, version, waiting, rows, waiting_events)

    def _place(self, mirror: Mirror, target: Target[Any]) -> bool:
        """Stand where the next slice begins. False where the store was never loaded: there is no place."""
        if self._is_placed and mirror.replay_from is None:
            return True
        with self._store.reading() as moment:
            head = head_of(moment, self._journal_id)
            if head is None:
                return False
            there = go_on_from(self._position, head, moment)
            offsets = [0 if there is None else there.journal_offset]
            if self.state.go_back_to is not None:
                offsets.append(self.state.go_back_to)
            if mirror.replay_from is not None:
                offsets.append(before_day(mirror.replay_from, head, moment))
            wanted = Position(head.journal_id, min(offsets))
        if self._position is not None and wanted.journal_offset != self._position.journal_offset:
            log.info(
                "a mirror begins again at an earlier place",
                extra={"mirror": mirror.id, "stands_at": self._position.journal_offset, "from": wanted.journal_offset},
            )
            target.stand_at(wanted)
            self._position = wanted
        self.state.journal_id, self.state.journal_offset = wanted.journal_id, wanted.journal_offset
        if mirror.replay_from is not None:
            self._registry.mirrors.replay_begun(mirror.id, mirror.replay_from)
            self.state.has_caught_up = False
        if self.state.go_back_to is not None:
            self.state.go_back_to = None
            self._note(at_once=True)
        self._is_placed = True
        return True

    def _write(self, target: Target[Any], waiting: Waiting, rows: Any) -> None:
        slice_: Slice = waiting.slice_
        written = target.write(slice_, rows)
        self._position = slice_.upto
        self._moved = self._failures = 0
        # Slowly, as it may be too much again.
        self._events_max = min(self._pace.events_max, self._events_max + EVENTS_MIN)
        state = self.state
        self._works_again()
        state.journal_id, state.journal_offset = slice_.upto.journal_id, slice_.upto.journal_offset
        state.events += written.events
        state.refused += written.refused
        state.last_written_at = self._clock()
        if written.refused:
            log.warning(
                "a mirror's database did not take some events; it has them in its table of refused ones",
                extra={"mirror": self._mirror_id, "events": written.refused},
            )

    # ── players who are erased ───────────────────────────────────────────────────────────────────────────

    def _erasures_to_do(self) -> list[str]:
        waiting = waiting_erasures(self._settings.data)
        # Of what nobody waits for any more it was noted that it is done.
        self.state.erased = {id_: at for id_, at in self.state.erased.items() if id_ in waiting}
        return sorted(set(waiting) - self.state.erased.keys())

    def _erase(self, mirror: Mirror, target: Target[Any], erasure_id: str) -> None:
        erasure = read_erasure(self._settings.data, erasure_id)
        if erasure is None:
            return
        with self._store.reading() as moment:
            head = head_of(moment, self._journal_id)
            if head is None:
                return
            stood = self._position or Position(head.journal_id, 0)
            rows = target.read_without(erasure, _lacking(mirror, None, stood), moment)
        target.erase(erasure, rows)
        self.state.erased[erasure_id] = self._clock()
        log.info("players were erased from a mirror", extra={"mirror": mirror.id, "erasure": erasure_id})
        self._note(at_once=True)

    def _caught_up(self) -> Step:
        state = self.state
        self._works_again()
        self._is_news |= not state.has_caught_up
        state.waiting_events, state.oldest_waiting_at, state.has_caught_up = 0, None, True
        state.head_offset = max(state.head_offset, state.journal_offset)
        self._note()
        return Step("rested", LOOK_S)

    def _works_again(self) -> None:
        state = self.state
        self._is_news |= state.last_error is not None or state.noted_at is None
        state.last_error = state.failing_since = None
        state.needs_person = False

    # ── what goes wrong ──────────────────────────────────────────────────────────────────────────────────

    def _go_on_elsewhere(self, mirror: Mirror | None, moved: PositionMoved) -> Step:
        self._moved += 1
        self._ahead.drop()
        if self._moved > MOVED_MAX:
            return self._fail(mirror, str(moved), passes=True)
        self._position, self._is_placed = moved.position, False
        # Who was quicker is so again unless they take turns.
        return Step("wrote", self._dice.uniform(0.0, 0.1))

    def _fail(self, mirror: Mirror | None, sentence: str, *, passes: bool, trace: str | None = None) -> Step:
        if self._is_placed:
            # It happened to a slice; a database that is away says nothing of how much it takes.
            self._events_max = max(EVENTS_MIN, self._events_max // 2)
        self.close()
        give_back()  # what a slice took that was not written
        url = "" if mirror is None else mirror.url
        said = scrubbed(sentence, url)
        longest = AWAY_RETRY_S_MAX if passes else PERSON_RETRY_S_MAX
        rest_s = min(longest, RETRY_S * 2 ** min(self._failures, 20)) * self._dice.uniform(0.5, 1.0)
        self._failures += 1
        state = self.state
        state.failing_since = state.failing_since or self._clock()
        if state.last_error != said:
            fields = {"mirror": self._mirror_id, "error": said}
            if trace is not None:
                fields["trace"] = scrubbed(trace, url)
            log.warning("a mirror fails, is tried again", extra=fields)
        state.last_error, state.needs_person = said[:ERROR_LENGTH_MAX], not passes
        if mirror is not None:
            self._look_how_far(mirror)
            self._note(at_once=True)
        return Step("failed", rest_s)

    def _look_how_far(self, mirror: Mirror) -> None:
        """What waits for a target that is away, which cannot be asked where it stands."""
        state = self.state
        try:
            with self._store.reading() as moment:
                head = head_of(moment, self._journal_id)
                after = None if state.journal_id is None else Position(state.journal_id, state.journal_offset)
                if head is None:
                    return
                lacking = _lacking(mirror, go_on_from(after, head, moment), head)
                waiting = next_slice(lacking, moment, events_max=1, bytes_max=1)
                state.head_offset = head.journal_offset
                state.oldest_waiting_at = None if waiting is None else waiting.oldest_at
                state.waiting_events = count_events(lacking, moment)
        except StoreError:
            log.debug("how far a mirror is cannot be seen", extra={"mirror": mirror.id})

    # ── what is written down ─────────────────────────────────────────────────────────────────────────────

    def _is_time_to_note(self) -> bool:
        return time.monotonic() - self._noted_at >= NOTE_S

    def _note(self, *, at_once: bool = False) -> None:
        if self._url is None or not (at_once or self._is_news or self._is_time_to_note()):
            self._is_unnoted = True
            return
        self._noted_at = time.monotonic()
        self.state.noted_at = self._clock()
        try:
            self._registry.mirrors.note(self._mirror_id, self._url, self.state.to_json())
        except Exception:
            # The target knows where it stands; this is for people.
            log.exception("how a mirror fares could not be written down", extra={"mirror": self._mirror_id})
        self._is_unnoted = self._is_news = False


def facts_of(registry: Registry) -> dict[str, GameFacts]:
    """The games that there are, by id."""
    return {
        game.id: GameFacts(game.id, game.name, game.time_zone, game.currency, game.created_at)
        for game in registry.games.all()
    }


def _lacking(mirror: Mirror, after: Position | None, head: Position) -> Slice:
    """All that a mirror does not have which stands at a position."""
    games = None if mirror.game_ids is None else tuple(mirror.game_ids)
    since = None if mirror.since is None else dt.datetime.combine(mirror.since, dt.time(), dt.UTC)
    return Slice(after, head, games, since)
