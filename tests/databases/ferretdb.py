"""Builds FerretDB, a server that speaks MongoDB's protocol, for tests: it is free software, a program in Go.

`python tests/databases/ferretdb.py` takes about two minutes of two cores, and keeps the program under
`~/.cache/playtrace`: the next time there is nothing to do. It needs Go 1.21 or newer (one that is older than what
FerretDB asks for fetches that one by itself), and no package of Python.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

MODULE, VERSION = "github.com/FerretDB/FerretDB", "v1.24.2"
PROGRAM = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "playtrace" / f"ferretdb-{VERSION}"


def build() -> None:
    """Put the server where the tests look for it, if it is not there. Raises `CalledProcessError`."""
    if PROGRAM.exists():
        return
    PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        go = {"cwd": folder, "check": True}
        (Path(folder) / "go.mod").write_text("module playtrace.test/server\n")
        told = subprocess.run(
            ["go", "mod", "download", "-json", f"{MODULE}@{VERSION}"], stdout=subprocess.PIPE, text=True, **go
        )
        source = Path(folder) / "source"
        shutil.copytree(json.loads(told.stdout)["Dir"], source, copy_function=shutil.copyfile)
        for path in [source, *source.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        # Its own build writes this file before it compiles; without it the program refuses to start.
        (source / "build" / "version" / "version.txt").write_text(f"{VERSION}\n")
        made = PROGRAM.with_suffix(f".{os.getpid()}")
        command = ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", str(made), "./cmd/ferretdb"]
        subprocess.run(command, **(go | {"cwd": source}))
        made.rename(PROGRAM)


if __name__ == "__main__":
    build()
