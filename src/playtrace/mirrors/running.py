"""All mirrors of a server: each has a follower on a thread of its own, and none holds another, nor the server."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from playtrace.config import Settings
from playtrace.mirrors.cutting import go_on_from, head_of
from playtrace.mirrors.follower import Follower
from playtrace.mirrors.state import state_of
from playtrace.mirrors.target import Position
from playtrace.registry.models import Mirror
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

log = logging.getLogger("playtrace.mirrors")

STOP_S_MAX = 3.0
"""A stop waits so long for a slice that is being written. One that is not committed then is not there, and is written
after the next start."""


class Mirrors:
    """`work` is to be called again and again, by one thread."""

    def __init__(
        self, store: Store, registry: Registry, settings: Settings, *, journal_id: str, is_busy: Callable[[], bool]
    ) -> None:
        self._store = store
        self._registry = registry
        self._settings = settings
        self._journal_id = journal_id
        self._is_busy = is_busy
        self._running: dict[str, tuple[Follower, threading.Thread]] = {}
        self._lock = threading.Lock()
        self._is_stopping = False
        self.known: Sequence[Mirror] = ()
        """Those that there are, and how they fare, as of the last turn."""

    def look_back(self) -> None:
        """Find mirrors that are ahead of the store: one that was put back from a backup. For before anything is loaded,
        as what is loaded then has offsets that the mirror has met with."""
        self.known = self._registry.mirrors.all()
        for mirror in self.known:
            state = state_of(mirror)
            if state.journal_id is None:
                continue
            try:
                with self._store.reading() as moment:
                    head = head_of(moment, self._journal_id)
                    stood = Position(state.journal_id, state.journal_offset)
                    there = None if head is None else go_on_from(stood, head, moment)
            except StoreError:
                continue  # it cannot be read; nothing is followed then
            offset = 0 if there is None else there.journal_offset
            if offset < state.journal_offset:
                log.warning("the store knows less than a mirror has, and fills it up", extra={"mirror": mirror.id})
                state.go_back_to = offset if state.go_back_to is None else min(offset, state.go_back_to)
                self._registry.mirrors.note(mirror.id, mirror.url, state.to_json())

    def work(self) -> None:
        """Every mirror that there is has a follower. Returns at once."""
        self.known = self._registry.mirrors.all()
        there_are = {mirror.id for mirror in self.known}
        with self._lock:
            if self._is_stopping:
                return
            self._running = {name: each for name, each in self._running.items() if each[1].is_alive()}
            for mirror_id, (follower, _) in self._running.items():
                if mirror_id not in there_are:
                    follower.stop()
            for mirror_id in sorted(there_are - self._running.keys()):
                follower = Follower(
                    self._store,
                    self._registry,
                    self._settings,
                    mirror_id,
                    journal_id=self._journal_id,
                    is_busy=self._is_busy,
                )
                thread = threading.Thread(target=follower.run, name=f"mirror: {mirror_id}", daemon=True)
                self._running[mirror_id] = (follower, thread)
                thread.start()

    def stop(self) -> None:
        """Write nothing more. Waits a little for what is being written."""
        with self._lock:
            self._is_stopping = True
            for follower, _ in self._running.values():
                follower.stop()
        until = time.monotonic() + STOP_S_MAX
        for _, thread in self._running.values():
            thread.join(max(0.0, until - time.monotonic()))
