"""What is to run, whatever runs it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from playtrace.service.errors import ServiceRefused

NAME = "playtrace"
NAME_EXPECTED = "expected 1 to 32 small letters, digits and dashes, beginning with a letter"
DESCRIPTION = "playtrace: telemetry and analytics of games"
STOP_SECONDS_MAX = 300
"""What was acknowledged is loaded before it ends."""
DESCRIPTORS_MAX = 65_536
"""Connections, and files of its own."""


class Service(Struct, frozen=True):
    name: str
    data: Path
    """Absolute. It is the folder in which the server runs, so that its `playtrace.toml` counts."""
    of_user: bool
    """It is the person's who installs it, and not the machine's."""
    host: str | None = None
    """Where it listens, if not where its settings say."""
    port: int | None = None
    python: str = sys.executable
    python_home: str = sys.base_prefix
    """Where the Python is that `python` may be an environment of."""

    def __post_init__(self) -> None:
        if re.fullmatch(r"[a-z][a-z0-9-]{0,31}", self.name) is None:
            raise ServiceRefused(f"The name of the service: {NAME_EXPECTED}, got {self.name!r}.")
        # Each of the three writes it into a file of lines.
        if any(not text.isprintable() for text in self.command):
            raise ServiceRefused("A folder or an option of the service holds a character that cannot be printed.")

    def programs_below(self, folders: Sequence[Path]) -> list[Path]:
        """What it needs to run and is below one of these folders."""
        needed = (Path(self.python), Path(self.python_home))
        return [path for path in needed if any(path.is_relative_to(folder) for folder in folders)]

    @property
    def command(self) -> list[str]:
        # `-P`: what lies in the data folder is data, and nothing to be imported.
        return [self.python, "-P", "-m", "playtrace", "serve", "--data", str(self.data), *self._listening]

    @property
    def _listening(self) -> list[str]:
        options = (("--host", self.host), ("--port", self.port))
        return [text for name, value in options if value is not None for text in (name, str(value))]
