"""Read your own writes: who has just sent something finds it in the next answer."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import suppress
from typing import cast

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from playtrace.journal.errors import JournalUnavailable
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.registry.key_ring import KeyRing

WAIT_S_MAX = 5.0
"""A load takes a fraction of a second; this is for machines that have other things to do as well."""


async def wait_until_loaded(request: Request) -> None:
    """Dependency: wait until everything that was durable when the request came can be queried.

    At most `WAIT_S_MAX`, and not at all while loading fails or the journal cannot be read: then (`GET /api/health`
    tells) the answer comes without the latest events rather than not at all. Games that those events made
    are known then, too.
    """
    loading = await run_in_threadpool(_loading, request)
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.wrap_future(loading), WAIT_S_MAX)


def _loading(request: Request) -> Future[None]:
    cast(KeyRing, request.app.state.key_ring).refresh()
    journal = cast(Journal, request.app.state.journal)
    loader = cast(Loader, request.app.state.loader)
    if loader.error is None:
        with suppress(JournalUnavailable):
            return loader.when_loaded(journal.head)
    nothing: Future[None] = Future()
    nothing.set_result(None)
    return nothing
