"""Memory that was freed goes back to the system.

The allocator of glibc keeps what threads free, in a region for each few of them, as it is likely to be wanted again. In
a server that loads, answers and merges by turns in dozens of threads every region comes to hold as much as its largest
answer needed, and little of it is in use.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Takes milliseconds. Does nothing where the allocator is another one: on Windows, on macOS, with musl."""
    if (trim := _trim()) is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
