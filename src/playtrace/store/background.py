"""Work that gives way: taking events goes before loading them, and before answering questions about them."""

from __future__ import annotations

import os
import sys
import threading

NICENESS = 13
"""A twentieth of the share that a thread without it gets while both want the same core, all of an idle one; and while a
backlog is loaded, about two threads for each core have it. What is taken faster than it can be loaded waits in the
journal, which says 503 when it is full."""


def run_in_background() -> None:
    """Give the calling thread, and the threads that it starts, a lower priority for the rest of its life.

    Linux alone gives threads a priority of their own that needs no right to set; elsewhere nothing changes.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
