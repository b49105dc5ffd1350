"""Work that is done again and again, beside what is asked for: one list, which health shows.

Each job has a thread of its own: one that takes long, or fails, keeps no other from its turn. One that fails is
logged, shown, and tried again. When the server stops, what a job reads may be taken from it: that is no failure.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator

log = logging.getLogger("playtrace.jobs")

RETRY_S_MAX = 60.0
"""A job that fails again and again is tried after its period, then after twice as long, until it is this."""


class Job:
    """One of them. `run` does it, and returns how many seconds it rests then, or None for its period."""

    def __init__(self, name: str, run: Callable[[], float | None], *, period_s: float) -> None:
        self.name = name
        self.period_s = period_s
        self._run = run
        self._failures = 0
        self.is_running = False
        self.last_run: dt.datetime | None = None
        """When its last turn began that is over."""
        self.last_error: str | None = None
        """Why that failed, if it did."""
        self.next_run: dt.datetime | None = None
        """When it has its next turn; None before the first, and while it runs."""
        self.ending = threading.Event()
        """Set when no other turn is to come: what fails from then on failed because of that."""

    def turn(self) -> float:
        """Do it once. Returns how many seconds it rests."""
        began = dt.datetime.now(dt.UTC)
        self.next_run = None
        self.is_running = True
        try:
            wished_s = self._run()
        except Exception as error:
            rest_s = max(self.period_s, min(RETRY_S_MAX, self.period_s * 2**self._failures))
            self._failures += 1
            self.last_error = f"{type(error).__name__}: {error}"
            if self.ending.is_set():
                log.info("a job was cut short", extra={"job": self.name, "error": self.last_error})
            else:
                log.exception("a job failed, will be tried again", extra={"job": self.name, "retry_s": rest_s})
        else:
            rest_s = self.period_s if wished_s is None else wished_s
            self._failures = 0
            self.last_error = None
        self.last_run = began
        self.is_running = False
        self.next_run = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=rest_s)
        return rest_s


class Jobs:
    """All of them. `start` begins each with a turn; after `end` none begins; `stop` waits for those that have begun."""

    def __init__(self, *jobs: Job) -> None:
        self._jobs = list(jobs)
        self._threads: list[threading.Thread] = []

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    def add(self, job: Job) -> None:
        """To be called before `start`."""
        self._jobs.append(job)

    def start(self) -> None:
        for job in self._jobs:
            thread = threading.Thread(target=self._repeat, args=(job,), name=f"job: {job.name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def end(self) -> None:
        """Does not wait."""
        for job in self._jobs:
            job.ending.set()

    def stop(self) -> None:
        self.end()
        for thread in self._threads:
            thread.join()

    def _repeat(self, job: Job) -> None:
        while not job.ending.wait(job.turn()):
            pass
