"""Which process has a share, in words that another one on the same machine can check, and how it is ended there."""

from __future__ import annotations

import logging
import os
import socket

import msgspec
import psutil
from msgspec import Struct

log = logging.getLogger("playtrace.cluster")

SAME_S = 2.0
"""By so much two processes may differ in when a third began: it is counted from when the machine did, as its clock is
now."""


class Process(Struct, frozen=True):
    host: str
    pid: int
    created_at: float
    """When it began: another one may get its number later."""

    @classmethod
    def own(cls) -> Process:
        return cls(socket.gethostname(), os.getpid(), psutil.Process().create_time())

    def written(self) -> str:
        return msgspec.json.encode(self).decode()

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


def read_process(text: str) -> Process | None:
    """None for what is no process."""
    try:
        return msgspec.json.decode(text, type=Process)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None


def end(process: Process) -> bool:
    """Kill it, if it runs on this machine: it may be stopped, and would not hear anything else. Whether it is gone, or
    goes at once."""
    if process.host != socket.gethostname() or process.pid == os.getpid():
        return False
    try:
        found = psutil.Process(process.pid)
        if abs(found.create_time() - process.created_at) > SAME_S:
            return False
        log.warning("a loader that lost its share is ended", extra={"pid": process.pid})
        found.kill()
    except psutil.NoSuchProcess:
        return True
    except psutil.Error as error:
        log.warning("a loader that lost its share cannot be ended", extra={"pid": process.pid, "error": str(error)})
        return False
    return True
