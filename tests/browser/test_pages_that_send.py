"""Pages of another origin than the server's, as browser games are: what their browser lets them send and read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from server_process import SEVERAL, ServerProcess, StartProcess

DEADLINE_S = 60.0


class Empty(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>a game</title>")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A page of another origin: the port is another one."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{site.server_port}/")
        yield page
        context.close()
        site.shutdown()


def names(server: ServerProcess, game: str) -> list[str]:
    server.wait_until_loaded()
    return [event["eventType"] for event in server.get(f"/api/events?gameId={game}")["events"]]


def test_headers_that_libraries_add_do_not_keep_a_page_from_sending(open_process: ServerProcess, page: Page):
    send = """async ([url, name]) => (await fetch(url, {
        method: "POST",
        headers: {
            "Content-Type": "application/json", Authorization: "Bearer none",
            "X-Requested-With": "XMLHttpRequest",
            "sentry-trace": "1-1-1", baggage: "sentry-environment=prod", traceparent: "00-1-1-00", [name]: "1",
        },
        body: JSON.stringify({name: "fetched", game_id: "page"}),
    })).status"""
    assert page.evaluate(send, [f"{open_process.url}/api/events", "X-Playtrace-Key"]) == 202
    assert page.evaluate(send, [f"{open_process.url}/api/events", "X-Of-Their-Own"]) == 202
    assert names(open_process, "page") == ["fetched"] * 2


def test_a_beacon_of_text_arrives_when_the_page_closes(open_process: ServerProcess, page: Page):
    leaving = page.context.new_page()
    leaving.goto(page.url)
    leaving.evaluate(
        """url => addEventListener("pagehide", () => navigator.sendBeacon(
            url, JSON.stringify({sent_at: Date.now(), events: [{name: "left", game_id: "beacon"}]})))""",
        f"{open_process.url}/api/events?key=none-is-needed",
    )
    leaving.close(run_before_unload=False)
    deadline = time.monotonic() + DEADLINE_S
    while not (found := names(open_process, "beacon")):
        assert time.monotonic() < deadline, "the beacon did not arrive"
        time.sleep(0.05)
    assert found == ["left"]


def test_a_page_can_read_how_long_to_wait(start_process: StartProcess, page: Page):
    server = start_process(environment=SEVERAL | {"PLAYTRACE_REQUESTS_PER_SECOND_MAX": "0.1"})
    ask = """async url => {
        const send = () => fetch(url, {method: "POST", body: JSON.stringify({name: "a", game_id: "page"})});
        const answers = await Promise.all([...Array(20)].map(send));
        return answers.filter(answer => answer.status === 429).map(answer => answer.headers.get("Retry-After"));
    }"""
    waits = page.evaluate(ask, f"{server.url}/api/events")
    assert len(waits) >= 10
    assert all(1 <= int(seconds) <= 10 for seconds in waits)
