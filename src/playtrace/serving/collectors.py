"""The processes that collect, as the one that started them sees them: begun together, watched, ended together.

One that ends by itself is replaced. Until then the others take what comes; what it had acknowledged is in the journal.
So is one that does not answer any more, whose share of the connections would wait for ever, and one that takes too much
memory: what a client of a WebSocket sends and does not read, the HTTP server below keeps.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

import msgspec
import psutil

from playtrace.measures import Measures
from playtrace.serving.listening import StartError
from playtrace.serving.orders import ARE_YOU_THERE, READY, STOP_SECONDS_MAX, Orders

log = logging.getLogger("playtrace.serving")

START_SECONDS_MAX = 60.0
REPLACE_AFTER_S = 1.0
ASK_S = 1.0
UNANSWERED_LOOKS_MAX = 10
"""How often it is looked for an answer, a second apart. Looks are counted rather than seconds: when all processes were
halted together, none is late."""
COMMAND = (sys.executable, "-P", "-m", "playtrace.serving.collector_process")
"""`-P`: what lies in the current folder is not ours to run."""


class Collectors:
    """`start` them, `stop` them."""

    def __init__(self, orders: Orders, count: int) -> None:
        self._orders = orders
        self.count = count
        self._watching: list[asyncio.Task[None]] = []
        self._processes: dict[int, Process] = {}
        self._counted: dict[int, Measures] = {}
        """By each process that runs, as of the last second."""
        self._counted_by_ended = Measures()

    def measures(self) -> Measures:
        """What all of them have counted, those that were replaced too: no figure goes back, and what one counted in its
        last second is missing. From any thread."""
        together = Measures()
        for counted in (self._counted_by_ended, *self._counted.copy().values()):
            together.add(counted)
        return together

    def pids(self) -> dict[int, int]:
        """Of those that run, by their numbers, from 0."""
        return {number: each.pid for number, each in self._processes.copy().items() if each.returncode is None}

    async def start(self) -> None:
        """Returns once all of them listen. Raises `StartError`."""
        began = await asyncio.gather(*(self._begin(number) for number in range(self.count)), return_exceptions=True)
        # All of them were tried before an error is told: `stop` knows every process then.
        for error in began:
            if error is not None:
                raise error
        self._watching = [asyncio.create_task(self._replace(number)) for number in range(self.count)]

    async def stop(self) -> None:
        """They answer what they have begun, then end."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        await asyncio.gather(*(_end(process) for process in self._processes.values()))

    async def _begin(self, number: int) -> None:
        process = await asyncio.create_subprocess_exec(*COMMAND, stdin=PIPE, stdout=PIPE)
        self._processes[number] = process
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - asked for above
        try:
            process.stdin.write(pickle.dumps(self._orders))
            async with asyncio.timeout(START_SECONDS_MAX):
                said = await process.stdout.readline()
        except (TimeoutError, OSError, RuntimeError):  # RuntimeError: it has ended, so its stream is closed
            said = b""
        if said != READY:
            if process.returncode is None:
                process.kill()
            raise StartError("A collecting process could not start; the log says why.")

    async def _replace(self, number: int) -> None:
        while True:
            process = self._processes[number]
            asking = asyncio.create_task(self._end_when_silent(number, process))
            try:
                code = await process.wait()
            finally:
                asking.cancel()
            self._counted_by_ended = self._with_ended(number)
            log.error("a collecting process ended and is replaced", extra={"exit_code": code})
            await asyncio.sleep(REPLACE_AFTER_S)
            try:
                await self._begin(number)
            except (StartError, OSError):
                log.exception("a collecting process could not be replaced, will be tried again")
            else:
                log.info("another collecting process took its place")

    async def _end_when_silent(self, number: int, process: Process) -> None:
        """Ends a process that does not answer: it hangs, or somebody has halted it."""
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - asked for at its start
        while True:
            await asyncio.sleep(ASK_S)
            process.stdin.write(ARE_YOU_THERE)
            answer = asyncio.create_task(process.stdout.readline())
            try:
                for _ in range(UNANSWERED_LOOKS_MAX):
                    await asyncio.wait({answer}, timeout=ASK_S)
                    if answer.done():
                        break
                else:
                    log.error("a collecting process does not answer and is ended", extra={"pid": process.pid})
                    process.kill()
                    return
                counted = answer.result()
                if not counted.endswith(b"\n"):
                    return  # it has ended
                self._counted[number] = msgspec.json.decode(counted, type=Measures)
            finally:
                answer.cancel()

    def _with_ended(self, number: int) -> Measures:
        """What the ended ones have counted, with this one, whose WebSockets are closed."""
        counted = Measures()
        counted.add(self._counted_by_ended)
        counted.add(self._counted.pop(number, Measures()))
        counted.sending_sockets = 0
        return counted

    def bound_memory(self) -> None:
        """End those that take too much of it: others take their place. From any thread."""
        bytes_max = self._orders.settings.collect.memory_bytes_here()
        for process in list(self._processes.values()):
            with suppress(psutil.Error):  # it has just ended
                running = psutil.Process(process.pid)
                memory_bytes = running.memory_info().rss
                if memory_bytes > bytes_max and process.returncode is None:
                    log.error(
                        "a collecting process takes too much memory and is ended",
                        extra={"memory_bytes": memory_bytes, "collect_memory_bytes_max": bytes_max},
                    )
                    running.kill()


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
    except TimeoutError:
        log.warning("a collecting process did not stop in time and was ended")
        process.kill()
        await process.wait()
