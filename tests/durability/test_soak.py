"""Minutes of loading with the settings as they are by default, and the quiet minute after: how much memory and disk the
server takes, and how fast that grows. `pytest -m drill -s` prints it.
"""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from typing import Any

import numpy as np
import psutil
import pytest
from server_process import SEVERAL, ServerProcess, StartProcess

LOADING_S = 240.0
QUIET_S = 80.0
"""Rollups are merged when nothing came for 20 seconds; that takes some more."""
SAMPLE_S = 5.0
CLIENTS = 2
MEMORY_BYTES_MAX = 1_073_741_824
"""Of the process that loads and answers: what the store may have by default, and a third of that for the rest."""
FILE_GROWTH_MAX = 2.0
"""Merging writes anew what it merges before it lets go of the old; the room is used again."""


def play(server: ServerProcess, stop: threading.Event) -> None:
    dice = random.Random()
    while not stop.is_set():
        events: list[dict[str, Any]] = []
        for _ in range(100):
            player = dice.randrange(20_000)
            events.append(
                {
                    "event_id": str(uuid.uuid4()),
                    "name": dice.choice(["position", "position", "level_start", "performance", "purchase"]),
                    "game_id": "arena",
                    "player_id": f"player-{player}",
                    "session_id": f"session-{player}-of-this-hour",
                    "mono_ms": int(time.monotonic() * 1000) % 3_600_000,
                    "map": "harbour",
                    "x": dice.random() * 100,
                    "y": dice.random() * 100,
                    "value": 1.0,
                    "currency": "EUR",
                    "props": {"fps": 60, "noise": dice.randrange(10**9), "text": uuid.uuid4().hex},
                }
            )
        status, _ = server.send(events)
        assert status == 202


def store_bytes(server: ServerProcess) -> int:
    return int(server.get("/api/health")["store"]["bytes"])


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_memory_and_file_are_bounded_while_events_are_loaded_and_after(start_process: StartProcess):
    server = start_process(environment=SEVERAL)
    process = psutil.Process(server.pid)
    stop = threading.Event()
    clients = [threading.Thread(target=play, args=(server, stop)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()

    def sampled(seconds: float) -> list[tuple[float, int, int]]:
        samples: list[tuple[float, int, int]] = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            samples.append((time.monotonic() / 60, process.memory_info().rss, store_bytes(server)))
            time.sleep(SAMPLE_S)
        return samples

    try:
        loading = sampled(LOADING_S)
    finally:
        stop.set()
        for client in clients:
            client.join()
    server.wait_until_loaded()
    quiet = sampled(QUIET_S)
    for name, samples in (("loading", loading), ("quiet", quiet)):
        minutes, memory, file = np.array(samples).T
        growth = {
            what: np.polyfit(minutes, bytes_, 1)[0] / 1e6 for what, bytes_ in (("memory", memory), ("file", file))
        }
        peaks = {"memory": memory.max() / 1e6, "file": file.max() / 1e6}
        print(json.dumps({"when": name, "MB a minute": growth, "MB at most": peaks}))
    assert max(memory for _, memory, _ in loading + quiet) < MEMORY_BYTES_MAX
    assert max(file for _, _, file in quiet) <= FILE_GROWTH_MAX * max(file for _, _, file in loading)
    (events,) = server.sql("SELECT count(*) FROM events")
    print(f"{events[0]:,} events")
