"""What the server and the process that copies say to each other, a line of JSON each."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec import Struct

from playtrace.operate.manifest import Manifest


class CopyOrder(Struct, frozen=True, tag="copy"):
    """Make a backup of these files."""

    address: str
    began_at: dt.datetime
    store: str
    journal: str
    registry: str | None
    """Its file; None where it is a database elsewhere."""
    registry_said: str
    """`included`, or where it is, without a password."""
    folder: str
    """For copies of what changes meanwhile; is removed afterwards."""
    keep: int | None
    """How many backups stay there; None: all."""
    memory_bytes: int
    """For the database that counts rows."""


class ListOrder(Struct, frozen=True, tag="list"):
    """Which backups are there?"""

    address: str


class Held(Struct, frozen=True):
    """The store's file is not written until you say `copied`; so much of its log belongs to it."""

    log_bytes: int
    is_alone: bool = False
    """Nobody else has the store open."""


class Said(Struct, frozen=True, omit_defaults=True):
    """By the process that copies."""

    kind: Literal["progress", "ready", "copied", "done", "listed", "failed"]
    """`ready`: hold the store now."""
    done_bytes: int = 0
    all_bytes: int = 0
    manifest: Manifest | None = None
    manifests: list[Manifest] = []
    damaged: list[str] = []
    """Manifests that cannot be read."""
    text: str = ""
    """Why it failed."""
