"""`python record.py COMMIT` runs the playtrace of a commit, and keeps the folder that it leaves as text.

To be run once for each schema of the store, with the last commit that had it. The server loads the first batch of the
story, acknowledges the second and is killed: so the journal has what was not loaded. `uv` gets what it needs to run.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from as_text import text_of_duckdb, text_of_sqlite
from story import EMAIL, GAME, PASSWORD, story

KEPT = Path(__file__).parent / "folders"
ROOT = Path(__file__).parents[2]
SECONDS_MAX = 180.0
UNLOADED_MS = 60_000
"""How long the server rests between two looks: what comes meanwhile is loaded only when somebody asks."""


def record(commit: str) -> Path:
    with tempfile.TemporaryDirectory() as temporary:
        tree, data = Path(temporary) / "tree", Path(temporary) / "data"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, commit], cwd=ROOT, check=True)
        try:
            day = (dt.datetime.now(dt.UTC) - dt.timedelta(days=1)).date().isoformat()
            known = {"day": day, **_run(tree, data, day)}
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=ROOT, check=True)
        store = text_of_duckdb(data / "store.duckdb")
        number = max(int(found) for found in re.findall(r"INSERT INTO schema_migrations VALUES \((\d+),", store))
        folder = KEPT / f"{number:04}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "store.sql").write_text(store, "utf-8")
        (folder / "registry.sql").write_text(text_of_sqlite(data / "registry.sqlite"), "utf-8")
        (folder / "journal.sql").write_text(text_of_sqlite(data / "journal.sqlite"), "utf-8")
        (folder / "known.json").write_text(json.dumps(known, indent=2) + "\n", "utf-8")
    return folder


def _run(tree: Path, data: Path, day: str) -> dict[str, str]:
    """Returns the game's write key, and a read token."""
    needed = str(tree / "requirements.txt")
    compiled = ["uv", "pip", "compile", "--quiet", "--output-file", needed, str(tree / "pyproject.toml")]
    subprocess.run(compiled, check=True)
    command = ["uv", "run", "--quiet", "--no-project", "--with-requirements", needed, "python"]
    environment = {name: text for name, text in os.environ.items() if name != "VIRTUAL_ENV"}
    environment |= {"PYTHONPATH": str(tree / "src"), "PLAYTRACE_LOAD_INTERVAL_MS": str(UNLOADED_MS)}
    environment |= {"PLAYTRACE_COLLECT_PROCESSES": "0", "PLAYTRACE_DATA": str(data)}

    def playtrace(*arguments: str) -> str:
        told = [*command, "-P", "-m", "playtrace", *arguments]
        return subprocess.run(
            told, cwd=data.parent, env=environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    # As the server does not know them yet, one after the other.
    playtrace("games", "add", GAME)
    added = playtrace("keys", "add", GAME)
    key = re.findall(r"\b[0-9a-f]{32}\b", added)[0]
    token = re.findall(r"read_\S+", playtrace("tokens", "add"))[0]
    log = data.with_name("log")
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "-P", "-m", "playtrace", "serve", "--data", str(data), "--port", "0"],
            cwd=data.parent,
            env=environment,
            stdout=output,
            stderr=output,
            process_group=0,
        )
    try:
        local = _local(data)
        setup = re.findall(r"setup_[\w-]+", log.read_text("utf-8"))[0]
        _post(f"{local['url']}/api/setup", {"token": setup, "email": EMAIL, "password": PASSWORD})
        _send(local, story(day, number=1), key)
        # Whoever asks sees what was acknowledged.
        asked = urllib.request.Request(
            f"{local['url']}/api/metrics/summary?gameId={GAME}", headers={"Authorization": f"Bearer {local['token']}"}
        )
        urllib.request.urlopen(asked, timeout=120).close()
        _send(local, story(day, number=2), key)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        # `uv` may be gone before what it ran, which has the store open.
        with suppress(ProcessLookupError):
            while True:
                os.killpg(server.pid, 0)
                time.sleep(0.05)
    return {"key": key, "token": token}


def _local(data: Path) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS_MAX
    while not (data / "server.json").is_file():
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.1)
    time.sleep(0.5)  # older ones did not write it whole at once
    return json.loads((data / "server.json").read_text("utf-8"))


def _send(local: dict[str, Any], events: list[dict[str, Any]], key: str) -> None:
    assert _post(f"{local['url']}/api/events", events, Authorization=f"Bearer {key}") == 202


def _post(url: str, document: Any, **headers: str) -> int:
    request = urllib.request.Request(
        url, json.dumps(document).encode(), {"Content-Type": "application/json", **headers}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.status


if __name__ == "__main__":
    print(record(sys.argv[1]))
