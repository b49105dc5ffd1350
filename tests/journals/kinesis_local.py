"""What stands in for Kinesis where shards are split and merged, which the usual stand-in does in a way of its own.

`python tests/journals/kinesis_local.py` fetches it with npm into `~/.cache/playtrace`, in a second; it is of 16 MB, and
runs in Node.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PACKAGE, VERSION = "kinesis-local", "0.6.2"
FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "playtrace" / f"{PACKAGE}-{VERSION}"
PROGRAM = FOLDER / "node_modules" / PACKAGE / "main.js"


def fetch() -> None:
    """Raises `CalledProcessError`."""
    if PROGRAM.exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    npm = shutil.which("npm") or "npm"
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(FOLDER), f"{PACKAGE}@{VERSION}"]
    subprocess.run(command, check=True)


def environment(port: int, tls_port: int) -> dict[str, str]:
    """Of one that is quick with what takes a minute at AWS."""
    return {
        "KINESIS_MOCK_PLAIN_PORT": str(port),
        "KINESIS_MOCK_TLS_PORT": str(tls_port),
        "LOG_LEVEL": "ERROR",
        **{f"{what}_DURATION": "50ms" for what in ("CREATE_STREAM", "SPLIT_SHARD", "MERGE_SHARDS")},
    }


if __name__ == "__main__":
    fetch()
