"""The journal as collecting sees it where a broker keeps it.

What it promises
- An entry whose `append` returned was acknowledged by the broker, which has it as durably as its owner set it up.
- An entry whose `append` raised, or never returned, may or may not be there. Clients send it again, and the loader
  counts an event id once.
- What is of one game is in one partition, in the order in which it was taken here.
- Nothing waits here for long, nor for ever: while the broker is away everybody is told to come again.

One thread packs. It takes everything that is waiting and sends it in as few messages as may be; while as many as may be
are on their way, more gathers, so the more requests come in, the more share a message.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Sequence

import zstandard

from playtrace.config import MEBIBYTE
from playtrace.journal.broker import Sender
from playtrace.journal.entry import Entry, by_game, decode_header
from playtrace.journal.errors import JournalFull, JournalUnavailable
from playtrace.journal.messages import Packed, pack
from playtrace.journal.rows import ZSTD_LEVEL
from playtrace.journal.waiting import Append, tell

log = logging.getLogger("playtrace.journal")

GROUP_BYTES_MAX = 4 * MEBIBYTE
"""So much is packed at once, at most."""
WAITING_BYTES_MAX = 64 * MEBIBYTE
"""So much waits to be acknowledged, at most; then more get 503."""
TRY_AGAIN_S = 1.0
"""After a failure nothing is tried for so long: who waited for it has waited long enough for all."""
ENTRY_BITS = 16
"""A message has fewer entries than 2 to the power of this: each of its entries is told another number."""


class Outlet:
    """`append` from an event loop."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._waiting: queue.SimpleQueue[Append | None] = queue.SimpleQueue()
        self._on_their_way = threading.Semaphore(sender.in_flight_max)
        self._counting = threading.Lock()
        self._waiting_bytes = 0
        self._failure: JournalUnavailable | None = None
        """Of the last message that was told of."""
        self._failed_at = 0.0
        self._thread = threading.Thread(target=self._pack, name="journal", daemon=True)
        self._thread.start()

    @property
    def refusing(self) -> JournalUnavailable | None:
        if self._waiting_bytes > WAITING_BYTES_MAX:
            return JournalFull(f"{self._waiting_bytes // MEBIBYTE} MiB are waiting for the broker.")
        return self._just_failed()

    def _just_failed(self) -> JournalUnavailable | None:
        failure = self._failure
        return failure if time.monotonic() - self._failed_at < TRY_AGAIN_S else None

    def append(self, entry: Entry) -> asyncio.Future[int]:
        if (refusing := self.refusing) is not None:
            raise refusing
        if entry.is_of_several_games:
            return asyncio.ensure_future(self._append_all(by_game(entry)))
        return self._append(entry)

    def _append(self, entry: Entry) -> asyncio.Future[int]:
        append = Append.of(entry)
        self._count(_bytes_of(append))
        self._waiting.put(append)
        return append.future

    async def _append_all(self, entries: Sequence[Entry]) -> int:
        """Each goes where its game is. One that fails fails all: the client sends all of them again."""
        numbers = await asyncio.gather(*[self._append(entry) for entry in entries])
        return numbers[0]

    def look(self) -> None:
        """Raises `BrokerAway` where the broker does not answer. Blocks for seconds at most."""
        self._sender.look()

    def close(self) -> None:
        """Returns when everything that waits was told."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()
        self._sender.close()

    def _count(self, size: int) -> None:
        with self._counting:
            self._waiting_bytes += size

    # ── the packing thread ───────────────────────────────────────────────────────────────────────────────

    def _pack(self) -> None:
        compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
        is_closing = False
        while not is_closing:
            by_partition: defaultdict[int, list[Append]] = defaultdict(list)
            size = 0
            try:
                item = self._waiting.get()
                while item is not None:
                    by_partition[self._partition_of(item.entry)].append(item)
                    size += _bytes_of(item)
                    if size >= GROUP_BYTES_MAX:
                        break
                    item = self._waiting.get_nowait()
                else:
                    is_closing = True
            except queue.Empty:
                pass
            for partition, appends in by_partition.items():
                if (failure := self._just_failed()) is not None:
                    # They came while others waited for the broker in vain.
                    self.all_came_back(appends, failure)
                    continue
                start = 0
                for packed in pack(compressor, [append.entry for append in appends]):
                    self._send(partition, packed, appends[start : start + packed.entries])
                    start += packed.entries

    def _partition_of(self, entry: Entry) -> int:
        return self._sender.partition_of(decode_header(entry.header).game_id or "")

    def _send(self, partition: int, packed: Packed, appends: Sequence[Append]) -> None:
        delivery = _Delivery(self, appends, len(packed.messages))
        for message in packed.messages:
            self._on_their_way.acquire()
            self._sender.send(partition, message, delivery.done)

    # ── from the threads of the sender ───────────────────────────────────────────────────────────────────

    def one_came_back(self, failure: JournalUnavailable | None) -> None:
        self._on_their_way.release()
        if failure is not None:
            self._failed_at = time.monotonic()
            if self._failure is None:
                log.error("the broker takes nothing", extra={"error": str(failure)})
        elif self._failure is not None:
            log.info("the broker takes messages again")
        self._failure = failure

    def all_came_back(self, appends: Sequence[Append], result: int | JournalUnavailable) -> None:
        self._count(-sum(_bytes_of(append) for append in appends))
        tell(appends, result)


class _Delivery:
    """The messages of some entries, until the last of them is there, or not."""

    def __init__(self, outlet: Outlet, appends: Sequence[Append], messages: int) -> None:
        self._outlet = outlet
        self._appends = appends
        self._missing = messages
        self._failure: JournalUnavailable | None = None
        self._counting = threading.Lock()

    def done(self, result: int | JournalUnavailable) -> None:
        failure = result if isinstance(result, JournalUnavailable) else None
        with self._counting:
            self._missing -= 1
            self._failure = self._failure or failure
            is_last = self._missing == 0
        self._outlet.one_came_back(failure)
        if is_last:
            offset = result << ENTRY_BITS if isinstance(result, int) else 0
            self._outlet.all_came_back(self._appends, self._failure or offset)


def _bytes_of(append: Append) -> int:
    return len(append.entry.header) + len(append.entry.body)
