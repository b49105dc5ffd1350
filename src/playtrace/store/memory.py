"""What was freed goes back to the system. Allocators keep it for later: after large loads as much as all else."""

from __future__ import annotations

import pyarrow as pa


def use_system_allocator() -> None:
    """For all Arrow data of this process: Arrow's own allocator keeps more, beside what the system's keeps."""
    pa.set_memory_pool(pa.system_memory_pool())


def give_memory_back() -> None:
    """Takes milliseconds. Where the system's allocator knows how (glibc), what others than Arrow freed goes too."""
    pa.system_memory_pool().release_unused()
