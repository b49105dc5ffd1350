"""A question that was asked is ended before its answer."""

from __future__ import annotations

import threading

from playtrace.store.asker import Interruptible

AGAIN_S = 0.1
"""An interrupt is forgotten by a connection that is about to begin a statement: it is said again until there is nothing
more to end."""


class Ending:
    """Of what a connection of the database answers. May be used from any thread."""

    def __init__(self, connection: Interruptible) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._is_over = False
        self._again: threading.Timer | None = None

    def interrupt(self) -> None:
        """End it. Does nothing once it is over."""
        with self._lock:
            self._stop_saying()
            if self._is_over:
                return
            self._connection.interrupt()
            self._again = threading.Timer(AGAIN_S, self.interrupt)
            self._again.daemon = True
            self._again.start()

    def over(self) -> None:
        """There is nothing more to end: what the connection does from now on is left alone."""
        with self._lock:
            self._is_over = True
            self._stop_saying()

    def _stop_saying(self) -> None:
        if self._again is not None:
            self._again.cancel()
