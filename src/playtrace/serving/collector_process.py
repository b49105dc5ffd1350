"""`python -m playtrace.serving.collector_process`: how a collecting process begins, before it imports anything large.

It shares the session of the process that started it, and nothing else of its terminal. A session of its own would keep
Ctrl-C away just as well, but Linux shares the cores out among sessions first, and a priority counts only inside of one
(`autogroup` in sched(7)): the loader's low priority, which lets collecting go first, would mean nothing.
"""

from __future__ import annotations

import os
import signal
import sys


def leave_the_terminal() -> None:
    """What is typed there is for the process that started this one, which then says when it is time."""
    if sys.platform != "win32":
        os.setpgrp()
        # Else a terminal set to `tostop` would halt whoever writes to its log from another group.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    # systemd, and a terminal of Windows, tell every process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


if __name__ == "__main__":
    leave_the_terminal()
    from playtrace.serving.collector import work

    work()
