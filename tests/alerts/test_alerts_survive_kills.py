"""kill -9 between putting messages and their arrival: all arrive, in order, and what was noted does not come again."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sample_message import message
from server_process import ServerProcess
from stand_in import Request, StandIn

from playtrace.alerts.message import Message
from playtrace.config import Settings
from playtrace.registry.registry import Registry

MESSAGES = 4
"""Put before each start."""
SECONDS_MAX = 120.0


OUTBOX_ALONE = """
import sys, time
from playtrace.alerts.outbox import Outbox
from playtrace.alerts.outgoing import Outgoing
from playtrace.registry.registry import Registry
outbox = Outbox(Registry.open(sys.argv[1]), Outgoing(allow_private=True))
while True:
    outbox.work()
    time.sleep(0.01)
"""


class OutboxProcess:
    """What the server does about alerts, alone: it starts in a tenth of the time."""

    def __init__(self, data: Path) -> None:
        self._command = [sys.executable, "-P", "-c", OUTBOX_ALONE, Settings(data=data).registry_database]
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        self._process = subprocess.Popen(self._command)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def output(self) -> str:
        return "printed with the test's own"


def test_four_kills_lose_nothing_and_repeat_nothing_that_was_noted(tmp_path: Path, discord: StandIn) -> None:
    data = tmp_path / "data"
    kill_again_and_again(4, data, discord, OutboxProcess(data))


@pytest.mark.drill
def test_ten_kills_of_a_server_lose_nothing_and_repeat_nothing(tmp_path: Path, discord: StandIn) -> None:
    data = tmp_path / "data"
    environment = {"DISCORD_WEBHOOK_URL": discord.url, "PLAYTRACE_ALERT_ALLOW_PRIVATE_TARGETS": "true"}
    kill_again_and_again(10, data, discord, ServerProcess(data, "--open", environment=environment))


def kill_again_and_again(kills: int, data: Path, discord: StandIn, server: ServerProcess | OutboxProcess) -> None:
    seed = int(os.environ.get("PLAYTRACE_TEST_SEED") or random.randrange(2**32))
    print(f"PLAYTRACE_TEST_SEED={seed}")
    dice = random.Random(seed)
    registry = Registry.open(Settings(data=data).registry_database)
    # The server makes it too, at its start; messages are put here before the first one.
    registry.alert_channels.follow_settings(discord.url)
    titles: list[str] = []
    noted: dict[str, int] = {}
    """How often each had arrived when it was found to be noted."""
    try:
        for _ in range(kills):
            for _ in range(MESSAGES):
                titles.append(f"message {len(titles)}")
                registry.alert_outbox.put(["discord"], message(title=titles[-1]).to_json(), is_urgent=True)
            # The process dies while this one is on its way: before it is answered, or at about that time.
            due = len(discord.requests) + dice.randint(1, MESSAGES)
            killed = threading.Event()
            if dice.random() < 0.5:
                discord.before_reply = _held(discord, due, killed)
            server.launch()
            _wait_until(lambda due=due: len(discord.requests) >= due, server)
            server.kill()
            killed.set()
            discord.forget_behaviour()
            arrivals = Counter(discord.titles())
            noted |= {title: arrivals[title] for title in _delivered(registry)}
        server.launch()
        _wait_until(lambda: not registry.alert_outbox.channels_with_waiting(), server)
    finally:
        if server.is_running():
            server.kill()
        registry.close()
    assert list(dict.fromkeys(discord.titles())) == titles
    arrivals = Counter(discord.titles())
    assert {title: arrivals[title] for title in noted} == noted
    # Of each kill one may have come twice: its answer was not noted yet.
    assert arrivals.total() <= len(titles) + kills


def _held(discord: StandIn, due: int, killed: threading.Event) -> Callable[[Request], None]:
    def hold(_: Request) -> None:
        if len(discord.requests) >= due:
            killed.wait(SECONDS_MAX)

    return hold


def _wait_until(is_so: Callable[[], bool], server: ServerProcess | OutboxProcess) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline, server.output()
        time.sleep(0.002)


def _delivered(registry: Registry) -> list[str]:
    rows = registry.alert_outbox.of_channel("discord", rows_max=1_000)
    return [Message.from_json(row.message_json).title for row in rows if row.state == "delivered"]
