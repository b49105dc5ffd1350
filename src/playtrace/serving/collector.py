"""What a process does that collects and nothing else: begun by `collector_process.py`, started by `collectors.py`.

It is told what to do on its standard input, says `ready` on its standard output, tells there what it has counted
whenever something more comes in, and works until the input ends: because it is told to stop, or because the process
that started it is gone.
Everybody it said 202 to is in the journal then; nothing else of it is lost.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
import threading
import time
from contextlib import suppress

import msgspec

from playtrace import logs
from playtrace.collect.app import Collect
from playtrace.jobs import Job, Jobs
from playtrace.journal.by_url import open_sink
from playtrace.measures import Measures
from playtrace.registry.errors import RegistryError
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.serving.entrance import Entrance
from playtrace.serving.http_server import http_server, leave_garbage_collector_little, run, stop_serving
from playtrace.serving.listening import StartError, wait_until_listening
from playtrace.serving.orders import READY, STOP_SECONDS_MAX, Orders
from playtrace.serving.relay import Relay
from playtrace.serving.request_ids import RequestIds
from playtrace.serving.traced import traced
from playtrace.tracing import Tracing

STANDARD_INPUT, STANDARD_OUTPUT = 0, 1

log = logging.getLogger("playtrace.serving")


async def collect(orders: Orders) -> None:
    """Serve until the standard input ends."""
    settings = orders.settings
    traces = Tracing.begin(settings, "collector")
    registry = Registry.open(settings.registry_database, upgraded=True)
    # Whoever started this one keeps it.
    keys = KeyRing(registry, open_mode=settings.open, kept_in=settings.keys_path, is_keeper=False)
    journal = open_sink(settings)
    relay = Relay(orders.reading)
    measures = Measures()
    collecting = Collect(settings, journal, keys, measures)
    entrance = Entrance(settings, collecting, relay)
    server = http_server(
        RequestIds(traced(entrance, settings, collecting.answers, is_handed_on=False)),
        settings.host,
        orders.port,
        settings.keep_alive_seconds,
    )
    stop = asyncio.Event()
    _listen_to_orders(asyncio.get_running_loop(), stop, measures)
    jobs = Jobs(Job("read keys", keys.refresh, period_s=1))
    jobs.start()
    serving = asyncio.create_task(server.serve())
    try:
        await wait_until_listening(settings.host, orders.port, serving)
        leave_garbage_collector_little()
        _say(READY)
        await asyncio.wait({serving, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # It may have taken requests already, whatever ends it: they are answered before what they need is closed.
        await stop_serving(server, serving)
        await asyncio.to_thread(jobs.stop)
        await relay.close()
        await asyncio.to_thread(journal.close)
        registry.close()
        if traces is not None:
            await asyncio.to_thread(traces.end)


def _say(words: bytes) -> None:
    """To the process that started this one. When it is gone there is nobody to tell: the input has ended too."""
    with suppress(OSError):
        os.write(STANDARD_OUTPUT, words)


def _listen_to_orders(loop: asyncio.AbstractEventLoop, stop: asyncio.Event, measures: Measures) -> None:
    """Tells what was counted when asked whether the event loop still goes round. Sets `stop` when the input ends, which
    is when the process behind it says so or is no more."""

    def tell() -> None:
        _say(msgspec.json.encode(measures) + b"\n")

    def watch() -> None:
        # Past Python's own buffer, whose lock would stop the interpreter from ending while this waits.
        while os.read(STANDARD_INPUT, 4096):
            loop.call_soon_threadsafe(tell)
        loop.call_soon_threadsafe(stop.set)
        # Nobody is left to end a process that hangs. What it acknowledged is on the disk.
        time.sleep(STOP_SECONDS_MAX)
        os._exit(1)

    threading.Thread(target=watch, name="until-told", daemon=True).start()


def work() -> None:
    """All that the process does, from its orders to its end."""
    orders: Orders = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started us
    logs.set_up(orders.settings)
    try:
        run(collect(orders))
    except (StartError, RegistryError) as error:
        log.error("cannot collect", extra={"error": str(error)})
        sys.exit(1)
