"""Memory that was freed goes back to the system.

Allocators keep it, as it is likely to be wanted again: after large loads as much as all else. That of glibc does so in
a region for each few of the threads, and in a server that loads, answers and merges by turns in dozens of them every
region would come to hold as much as its largest answer needed, and little of it is in use.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

import pyarrow as pa

M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
ARENAS = 1
"""By default there may be eight for each core, and what lies free in one is of no use to the threads of another. Loads
are as fast with one."""
LARGE_BYTES = 1024 * 1024
"""From here on a piece of memory is the system's again as soon as it is freed. By default this grows up to 32 MiB, and
the columns of a load lie between smaller pieces that stay."""


def use_system_allocator() -> None:
    """For all Arrow data of this process: Arrow's own allocator keeps more, beside what the system's keeps. To be
    called before there are threads: where the system's allocator is that of glibc, they share one region of memory."""
    pa.set_memory_pool(pa.system_memory_pool())
    if (mallopt := _of_glibc("mallopt")) is not None:
        mallopt(M_ARENA_MAX, ARENAS)
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def give_back() -> None:
    """Takes milliseconds. Does nothing where the allocator is another one: on Windows, on macOS, with musl."""
    if (trim := _of_glibc("malloc_trim")) is not None:
        trim(0)


@cache
def _of_glibc(name: str) -> Callable[..., int] | None:
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return None
