"""Fetches what collectors have put into a broker into the journal of whoever loads.

`caught_up` is how others ask for what was acknowledged until now. While the journal takes nothing, because it is full
or the disk is, nothing is fetched: the broker keeps it.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future

from playtrace.journal.arrivals import Arrivals
from playtrace.journal.broker import Ends, NumberedEnds, Source
from playtrace.journal.errors import BrokerAway, JournalUnavailable
from playtrace.journal.sqlite import Journal

log = logging.getLogger("playtrace.journal")

FETCH_S = 0.1
LOOK_S = 1.0
"""So often it is looked how much there is to fetch."""
NOTE_WHOLE_S = 600.0
"""So often it is written down that nothing is missing, where offsets do not tell it."""
STALLED_S = 10.0
"""When there is more, and for so long nothing comes, fetching is begun again."""
RETRY_S_MAX = 2.0


class Inlet:
    """`start` runs it on a thread of its own."""

    def __init__(self, source: Source, journal: Journal) -> None:
        self._source = source
        self._journal = journal
        self._arrivals = Arrivals(journal.path, source.source_id, epoch=journal.epoch)
        self._places: dict[int, int] = {}
        """By partition, the offset of what comes next."""
        self._ends: Ends = NumberedEnds({})
        self._stopping = threading.Event()
        self._asking = threading.Lock()
        self._asked: list[Future[None]] = []
        """Who wants to know that everything is here that was there when they asked."""
        self._awaited: list[tuple[Ends | None, Future[None]]] = []
        """The same, since it is known what was there."""
        self._caught_up_at = time.monotonic()
        """When everything was last known to be here."""
        self._came_at = time.monotonic()
        self._looked_at = 0.0
        self._noted_whole_at = -NOTE_WHOLE_S
        self.error: str | None = None
        """Why nothing is fetched at the moment, if so."""
        self._thread = threading.Thread(target=self._run, name="inlet", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._give_up(BrokerAway("The server stops."))
        self._source.close()
        self._arrivals.close()

    def caught_up(self) -> Future[None]:
        """Done when everything that was acknowledged until now is in the journal; with `JournalUnavailable` when that
        cannot be said."""
        future: Future[None] = Future()
        with self._asking:
            if self.error is not None:
                future.set_exception(BrokerAway(self.error))
            else:
                self._asked.append(future)
        return future

    @property
    def messages_behind(self) -> int:
        """How many messages there were to fetch a moment ago."""
        return self._ends.messages_after(self._places)

    def waiting_seconds(self) -> float:
        """For how long there has been something to fetch, or it is not known whether there is; 0 where all is here."""
        if self.error is None and not self.messages_behind:
            return 0.0
        return time.monotonic() - self._caught_up_at

    # ── the thread ───────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        retry_s = 0.1
        is_begun = False
        while not self._stopping.is_set():
            try:
                if (refusing := self._journal.refusing) is not None:
                    raise refusing
                if not is_begun:
                    self._begin()
                    is_begun = True
                self._fetch()
                self.error = None
                retry_s = 0.1
            except JournalUnavailable as error:
                if self.error is None:
                    log.error(
                        "what collectors took cannot be fetched, will be tried again", extra={"error": str(error)}
                    )
                is_begun = False
                self._give_up(error)
                self._stopping.wait(retry_s)
                retry_s = min(RETRY_S_MAX, retry_s * 2)

    def _begin(self) -> None:
        known = self._arrivals.places()
        begun = self._source.begin(known)
        for partition, place in begun.items():
            expected = known.get(partition, place)
            if place != expected and not self._arrivals.was_whole_since(self._source.kept_since()):
                log.error(
                    "the broker does not have any more what comes next",
                    extra={"partition": partition, "expected": expected, "goes_on_at": place},
                )
                self._arrivals.note_gone(partition, expected, place, has_gaps=self._source.has_gaps)
        self._places = {**known, **begun}
        self._came_at = time.monotonic()

    def _fetch(self) -> None:
        with self._asking:
            asked, self._asked = self._asked, []
        if asked or time.monotonic() - self._looked_at > LOOK_S:
            self._look(asked)
        if arrived := self._source.fetch(FETCH_S):
            self._arrivals.take(arrived)
            self._places |= {one.partition: one.offset + 1 for one in arrived}
            self._came_at = time.monotonic()
        elif self.messages_behind and time.monotonic() - self._came_at > STALLED_S:
            raise BrokerAway("The broker has more, and sends nothing.")
        self._tell()

    def _look(self, asked: list[Future[None]]) -> None:
        self._awaited += [(None, future) for future in asked]  # told whatever comes
        now = time.monotonic()
        self._ends = self._source.ends()
        self._awaited = [(ends or self._ends, future) for ends, future in self._awaited]
        self._looked_at = now
        if not self.messages_behind:
            self._caught_up_at = now
            if self._source.has_gaps and now - self._noted_whole_at > NOTE_WHOLE_S:
                self._arrivals.note_whole()
                self._noted_whole_at = now
        self._tell()

    def _tell(self) -> None:
        waiting: list[tuple[Ends | None, Future[None]]] = []
        for ends, future in self._awaited:
            if ends is not None and ends.are_before(self._places):
                _settle(future, None)
            else:
                waiting.append((ends, future))
        self._awaited = waiting

    def _give_up(self, error: JournalUnavailable) -> None:
        with self._asking:
            self.error = str(error)
            futures = [*self._asked, *(future for _, future in self._awaited)]
            self._asked, self._awaited = [], []
        for future in futures:
            _settle(future, error)


def taken_until(journal: Journal, inlet: Inlet | None, seconds_max: float) -> int:
    """The offset of the journal up to which everything is that was acknowledged until now, by whichever collector.

    Raises `JournalUnavailable`, also when it takes longer than this to fetch.
    """
    if inlet is not None:
        try:
            inlet.caught_up().result(seconds_max)
        except TimeoutError as error:
            raise BrokerAway("What collectors took is not fetched from the broker yet.") from error
    return journal.head


def _settle(future: Future[None], error: JournalUnavailable | None) -> None:
    if future.set_running_or_notify_cancel():
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
