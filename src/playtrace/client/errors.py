"""What can go wrong for who asks or sends.

PlaytraceError
├── Unreachable       no answer: nobody is there, it takes too long, or the line broke
├── Refused           the server answered with a problem; `status`, `problem`, `errors` and its sentence
│   ├── NotAllowed    401, 403: another token or key
│   ├── NotFound      404: no such game, metric or address
│   ├── Wrong         400, 409, 413, 415, 422: ask or send something else
│   ├── TryLater      408, 429, 502, 503, 504: the same again, after `retry_after_s`
│   └── ServerBroke   all else
├── QueueFull         events come faster than they can be sent; only told to a sender that raises
├── NotSent           events were not taken; only told to a sender that raises
└── MissingLibrary    pandas or polars is not installed (an ImportError too)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast


class PlaytraceError(Exception):
    """The message is a sentence that says what to do."""


class Unreachable(PlaytraceError):
    """There was no answer."""


class Refused(PlaytraceError):
    """The server answered with a problem document (RFC 9457), whose `detail` is the message."""

    def __init__(self, status: int, document: Mapping[str, Any], retry_after_s: float | None = None) -> None:
        detail = document.get("detail") or document.get("message") or f"The server answered {status}."
        super().__init__(str(detail))
        self.status = status
        self.document: dict[str, Any] = dict(document)
        """All that the server said."""
        self.problem = str(document.get("type", "")).rpartition("/")[2]
        """Which kind of problem: what the document's `type` ends with, such as `unknown-game`. It is stable."""
        self.errors: list[dict[str, str]] = document.get("errors") or []
        """Which fields do not fit, and what was expected."""
        self.retry_after_s = retry_after_s


class NotAllowed(Refused):
    """Another token or key is needed."""


class NotFound(Refused):
    """There is no such game, metric or address."""


class Wrong(Refused):
    """What was asked or sent does not fit, however often it comes."""


class TryLater(Refused):
    """The same may work in `retry_after_s` seconds."""


class ServerBroke(Refused):
    """The server's fault, or that of what stands before it."""


class QueueFull(PlaytraceError):
    """Events come faster than they can be sent."""


class NotSent(PlaytraceError):
    """Events were not taken by the server."""


class MissingLibrary(PlaytraceError, ImportError):
    """What is asked for needs a library that is not installed."""


KINDS: dict[int, type[Refused]] = {
    **dict.fromkeys((401, 403), NotAllowed),
    404: NotFound,
    **dict.fromkeys((400, 409, 413, 415, 422), Wrong),
    **dict.fromkeys((408, 429, 502, 503, 504), TryLater),
}


def refusal(status: int, body: bytes, retry_after: str | None) -> Refused:
    """What an answer says that is no success; a proxy may have given it."""
    document: dict[str, Any] = {}
    try:
        read = json.loads(body)
        if isinstance(read, dict):
            document = cast("dict[str, Any]", read)
    except ValueError:
        pass
    wait = float(retry_after) if retry_after is not None and retry_after.isdecimal() else None
    return KINDS.get(status, ServerBroke)(status, document, wait)
