"""A process that bounds its own memory. DuckDB's limit is not enough: texts and lists in the making are not counted."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from playtrace.sql.orders import MEMORY

LOOK_EVERY_S = 0.02


def bound_memory(bytes_max: int) -> None:
    """From here on this process takes so much more, at most. Beyond it allocations fail, or it ends with `MEMORY`.

    On Linux the kernel refuses what goes beyond. macOS has that limit and does not keep it: there a thread looks.
    """
    if sys.platform == "win32":
        raise NotImplementedError("Windows gives the store's file to one process alone: see docs/decisions/0016.")
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        address_space_bytes = pages * resource.getpagesize() + bytes_max
        resource.setrlimit(resource.RLIMIT_AS, (address_space_bytes, address_space_bytes))
        # A machine that has no memory left takes it here first.
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    else:
        threading.Thread(target=_watch, args=(peak_bytes() + bytes_max,), daemon=True).start()


def peak_bytes() -> int:
    """The most memory that this process has had."""
    if sys.platform == "linux":
        # Not `getrusage`: there it begins with that of the process which started this one.
        lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _watch(peak_bytes_max: int) -> None:
    while peak_bytes() <= peak_bytes_max:
        time.sleep(LOOK_EVERY_S)
    os._exit(MEMORY)
