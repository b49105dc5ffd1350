"""Reports and the warehouse follow what the mirror writes: `report.refresh()`, now and then, beside everything else."""

from __future__ import annotations

import logging
import threading
import time

import psycopg

from playtrace.mirrors.postgresql.connecting import connect, told
from playtrace.mirrors.target import TargetError
from playtrace.store.background import run_in_background

log = logging.getLogger("playtrace.mirrors")

FIRST_S = 10.0
"""After the first slice that is written: what a new mirror has by then is there to be looked at."""
SHARE_MAX = 0.1
"""Of the time, at most, the database refreshes: where that takes long, it is done less often."""


class Refreshing:
    """For one mirror. It has a thread and a connection of its own, so that nothing waits for it."""

    def __init__(self, url: str, mirror: str, every_s: float) -> None:
        """`every_s` 0: never."""
        self._url = url
        self._mirror = mirror
        self._every_s = every_s
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        """Until its refresh is over."""
        self._is_asked_again = False
        self._not_before = time.monotonic() + min(every_s, FIRST_S)

    def ask(self) -> None:
        """Something was written: refresh when it is time, and once for all who ask until then."""
        with self._lock:
            if self._timer is None:
                self._begin_timer()
            else:
                self._is_asked_again = True

    def stop(self) -> None:
        """Begin none; one that has begun goes on in the database."""
        with self._lock:
            self._every_s = 0.0
            if self._timer is not None:
                self._timer.cancel()

    def _begin_timer(self) -> None:
        if self._every_s > 0:
            self._timer = threading.Timer(max(0.0, self._not_before - time.monotonic()), self._refresh)
            self._timer.name = f"refresh: {self._mirror}"
            self._timer.daemon = True
            self._timer.start()

    def _refresh(self) -> None:
        run_in_background()
        with self._lock:
            # What is written from here on may be missed.
            self._is_asked_again = False
        began = time.monotonic()
        try:
            with connect(self._url, f"playtrace refresh {self._mirror}") as connection:
                connection.execute("CALL report.refresh()")
        except (TargetError, psycopg.Error) as error:
            said = str(told(error, self._url)) if isinstance(error, psycopg.Error) else str(error)
            log.warning("reports were not refreshed", extra={"mirror": self._mirror, "error": said})
        took_s = time.monotonic() - began
        with self._lock:
            self._not_before = began + max(self._every_s, took_s / SHARE_MAX)
            self._timer = None
            if self._is_asked_again:
                self._begin_timer()
