"""`deploy/haproxy/haproxy.cfg`, read and run by HAProxy itself, before servers that only say who they are."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from databases.servers import skip_without
from sending_paths import SENDING_PATHS, STREAM_PATH

from playtrace.serving.listening import free_port

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "haproxy" / "haproxy.cfg"
DEADLINE_S = 60.0


class Named(ThreadingHTTPServer):
    """Says its name to whoever asks, and 200 or 503 for its health."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.name, self.is_well = name, True
        self.clients: list[str] = []

    @contextmanager
    def serving(self) -> Iterator[Named]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


class Asked(BaseHTTPRequestHandler):
    server: Named

    def do_GET(self) -> None:
        is_refused = not self.server.is_well
        if self.path != "/api/health":
            self.server.clients.append(self.headers.get("X-Forwarded-For", ""))
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        body = self.server.name.encode()
        self.send_response(503 if is_refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def haproxy() -> str:
    program = shutil.which("haproxy")
    if program is None:
        skip_without("no HAProxy here (Debian's package is `haproxy`)")
    return program


@pytest.fixture
def behind(haproxy: str, tmp_path: Path) -> Iterator[tuple[str, list[Named]]]:
    """The proxy's address, and two that collect and one that answers behind it."""
    with ExitStack() as stack:
        servers = [stack.enter_context(Named(name).serving()) for name in ("collect-1", "collect-2", "ask")]
        text = CONFIGURATION.read_text("utf-8")
        # Named by their containers in the file; here by their ports.
        for backend, members in (("collect", servers[:2]), ("ask", servers[2:])):
            lines = [f"server {each.name} 127.0.0.1:{each.server_port} check inter 100ms" for each in members]
            text, found = re.subn(rf"server-template {backend}-.*", "\n    ".join(lines), text)
            assert found == 1
        port = free_port("127.0.0.1")
        text = text.replace("bind :8080", f"bind 127.0.0.1:{port}")
        (tmp_path / "haproxy.cfg").write_text(text)
        process = stack.enter_context(
            subprocess.Popen([haproxy, "-db", "-f", tmp_path / "haproxy.cfg"], stdout=subprocess.DEVNULL)
        )
        stack.callback(process.terminate)
        address = f"http://127.0.0.1:{port}"
        _eventually(lambda: asked(address, "/") == (200, "ask") and asked(address, "/t", b"{}")[0] == 200)
        yield address, servers


def asked(address: str, path: str, body: bytes | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address + path, data=body), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def _eventually(is_so: object) -> None:
    assert callable(is_so)
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_haproxy_finds_nothing_wrong_with_it(haproxy: str) -> None:
    told = subprocess.run([haproxy, "-c", "-f", CONFIGURATION], capture_output=True, text=True, timeout=60)
    assert told.returncode == 0 and "WARNING" not in told.stderr, told.stderr


def test_what_games_send_goes_to_collectors_and_the_rest_to_who_answers(behind: tuple[str, list[Named]]) -> None:
    address, servers = behind
    for path in SENDING_PATHS:
        assert asked(address, path, b"{}")[1].startswith("collect-"), path
    assert asked(address, STREAM_PATH)[1].startswith("collect-")
    for path in ("/", "/api/health", "/api/metrics/active_players", "/api/events/x", "/tt", "/assets/index.js"):
        assert asked(address, path)[1] == "ask", path
    # Whoever is behind it learns who called.
    assert set(servers[2].clients) == {"127.0.0.1"}


def test_a_collector_that_is_gone_or_not_well_gets_nothing_and_no_game_notices(
    behind: tuple[str, list[Named]],
) -> None:
    address, (first, second, _) = behind
    second.is_well = False
    # At once, before its health was looked at: what it could not answer goes to the other one.
    assert {asked(address, "/t", b"{}") for _ in range(20)} == {(200, "collect-1")}
    first.is_well, second.is_well = False, True
    _eventually(lambda: asked(address, "/t", b"{}") == (200, "collect-2"))
    second.is_well = False
    _eventually(lambda: asked(address, "/t", b"{}")[0] == 503)
    assert asked(address, "/") == (200, "ask")
