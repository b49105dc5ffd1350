"""Read your own writes: who has just sent something finds it in the next answer."""

from __future__ import annotations

from typing import cast

from fastapi import Request

from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader

WAIT_S_MAX = 1.0


def wait_until_loaded(request: Request) -> None:
    """Dependency: wait until everything that was durable when the request came can be queried.

    At most `WAIT_S_MAX`; a loader that is further behind (`GET /api/health` tells) leaves the answer without
    the latest events rather than without an answer.
    """
    journal = cast(Journal, request.app.state.journal)
    cast(Loader, request.app.state.loader).wait_for(journal.head, WAIT_S_MAX)
