"""Read your own writes: who has just sent something finds it in the next answer."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import suppress

from fastapi.concurrency import run_in_threadpool

from playtrace.api.state import CurrentState, State
from playtrace.journal.errors import JournalUnavailable
from playtrace.journal.inlet import Inlet, taken_until
from playtrace.load.loader import Loader

WAIT_S_MAX = 5.0
"""A load takes a fraction of a second; this is for machines that have other things to do as well."""


async def wait_until_loaded(state: CurrentState) -> None:
    """Dependency: wait until everything that was durable when the request came can be queried.

    At most `WAIT_S_MAX`, and not at all where others load, while loading fails or the journal cannot be read: then
    (`GET /api/health` tells) the answer comes without the latest events rather than not at all. Games that those
    events made are known then, too.
    """
    loading = await run_in_threadpool(_loading, state)
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.wrap_future(loading), WAIT_S_MAX)


def _loading(state: State) -> Future[None]:
    state.key_ring.refresh()
    if state.is_loaded_here and state.loader.error is None:
        with suppress(JournalUnavailable):
            return state.loader.when_loaded(taken_until(state.journal, state.inlet, WAIT_S_MAX))
    nothing: Future[None] = Future()
    nothing.set_result(None)
    return nothing


def waiting_seconds(loader: Loader, inlet: Inlet | None) -> float:
    """How long the oldest of what was acknowledged has waited to be loaded. Raises `JournalUnavailable`."""
    return max(loader.waiting_seconds(), 0.0 if inlet is None else inlet.waiting_seconds())
