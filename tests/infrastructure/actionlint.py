"""Builds actionlint, which judges workflows of GitHub, for tests: it is free software, a program in Go.

`python tests/infrastructure/actionlint.py` takes half a minute, and keeps the program under `~/.cache/playtrace`: the
next time there is nothing to do. It needs Go, and no package of Python.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

MODULE, VERSION = "github.com/rhysd/actionlint/cmd/actionlint", "v1.7.12"
FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "playtrace" / f"actionlint-{VERSION}"
PROGRAM = FOLDER / "actionlint"


def build() -> None:
    """Put it where the tests look for it, if it is not there. Raises `CalledProcessError`."""
    if not PROGRAM.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["go", "install", "-trimpath", f"{MODULE}@{VERSION}"], env=os.environ | {"GOBIN": str(FOLDER)}, check=True
        )


if __name__ == "__main__":
    build()
