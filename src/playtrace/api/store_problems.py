"""What the store says when it cannot answer, as what a client is told."""

from __future__ import annotations

from playtrace.api.problems import BadRequest, Problem, Unavailable
from playtrace.store.errors import QueryRefused, StoreError

RETRY_AFTER_S = 5.0


def problem_of_store(error: StoreError) -> Problem:
    if isinstance(error, QueryRefused):
        return BadRequest(str(error))
    return Unavailable(str(error), retry_after_seconds=RETRY_AFTER_S)
