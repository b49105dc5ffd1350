"""What was freed goes back to the system. Allocators keep it for later: after large loads as much as all else."""

from __future__ import annotations

import ctypes
from contextlib import suppress

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
    with suppress(AttributeError, OSError, TypeError):  # Windows, macOS, musl
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_ARENA_MAX, ARENAS)
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def give_memory_back() -> None:
    """Takes milliseconds. Where the system's allocator knows how (glibc), what others than Arrow freed goes too."""
    pa.system_memory_pool().release_unused()
