"""The file in a data folder by which commands on this machine find the server that has it open."""

from __future__ import annotations

import json
import os

from playtrace.config import LOCAL_FILE, Settings
from playtrace.private_file import write_private


def write_local_file(settings: Settings, url: str, token: str) -> None:
    """Whole at once: a command that looks for a server reads it at any moment."""
    local = {"url": url, "pid": os.getpid(), "token": token}
    # A copy of the folder has this file too, and its commands must not ask our server.
    local |= {"data": str(settings.data.resolve()), "data_identity": settings.data_identity}
    write_private(settings.data / LOCAL_FILE, json.dumps(local).encode())


def forget_local_file(settings: Settings) -> None:
    (settings.data / LOCAL_FILE).unlink(missing_ok=True)
