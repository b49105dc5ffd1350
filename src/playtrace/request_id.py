"""The id of the request that is being worked on: the client gets it with the answer, and lines of the log have it."""

from __future__ import annotations

import itertools
import re
import secrets
from contextvars import ContextVar

HEADER = b"x-request-id"
WELL_FORMED = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}")
"""What is taken over from who asks, such as a proxy that numbers requests itself. Nothing that could begin a line of a
log, or be taken for a part of one."""

current: ContextVar[str | None] = ContextVar("request_id", default=None)
"""None where no request is worked on. Threads and tasks that a request begins have its id."""

_START = secrets.token_hex(6)
_numbers = itertools.count(1)


def new_id() -> str:
    """Another one than any process of any server gives."""
    return f"{_START}-{next(_numbers):x}"
