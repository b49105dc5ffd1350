"""Behind a proxy that is trusted, a client is whom the proxy names."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection

import pytest
from server_process import SEVERAL, ServerProcess, StartProcess

from playtrace.config import Settings

CADDY_KEEPS_S = 120
"""A connection to us that is idle, unless told otherwise: the longest of the usual proxies."""
JSON = {"Content-Type": "application/json"}


@pytest.fixture(params=["0", SEVERAL["PLAYTRACE_COLLECT_PROCESSES"]], ids=["one process", "several"])
def server(start_process: StartProcess, request: pytest.FixtureRequest) -> ServerProcess:
    return start_process(
        environment={"PLAYTRACE_COLLECT_PROCESSES": request.param, "PLAYTRACE_TRUSTED_PROXIES": '["127.0.0.1"]'}
    )


def sign_in(server: ServerProcess, forwarded: str) -> int:
    body = json.dumps({"email": "ada@studio.example", "password": "guessed"}).encode()
    return server.request("POST", "/api/session", body, JSON | {"X-Forwarded-For": forwarded})[0]


def test_who_guesses_passwords_locks_out_themselves_and_nobody_else(server: ServerProcess):
    for number in range(5):
        assert sign_in(server, f"203.0.113.{number}") == 401
    # Others are asked for their password, not told to come again later.
    assert sign_in(server, "203.0.113.6") == 401
    # What a client itself puts before its address, as the proxy hands it on, makes no other client of it.
    guesses = [sign_in(server, f"198.51.100.{number}, 203.0.113.9") for number in range(6)]
    assert guesses == [401] * 5 + [429]
    assert sign_in(server, "203.0.113.10") == 401


def test_ports_and_lines_of_several_proxies_make_no_other_client(server: ServerProcess):
    guesses = [sign_in(server, forwarded) for forwarded in ("203.0.113.5:51000", "203.0.113.5:51001", "203.0.113.5")]
    assert guesses == [401] * 3
    assert [sign_in(server, f"203.0.113.5:{port}") for port in range(3)] == [401, 401, 429]
    # Somebody else behind the same proxy; of IPv6 a network is one client, whatever address it comes from.
    six = [sign_in(server, f"[2001:db8:0:1::{number}]:443") for number in range(6)]
    assert six == [401] * 5 + [429]
    assert sign_in(server, "2001:db8:0:2::1") == 401


def test_a_connection_outlives_those_of_proxies(start_process: StartProcess):
    assert Settings().keep_alive_seconds > CADDY_KEEPS_S
    server = start_process(environment=SEVERAL | {"PLAYTRACE_KEEP_ALIVE_SECONDS": "3"})
    connection = HTTPConnection(*server.address, timeout=120)
    connection.connect()
    socket = connection.sock
    for _ in range(2):
        ask(connection)
    # It was used again; closed it is after so much silence as the setting says.
    assert connection.sock is socket
    assert socket.recv(1) == b""
    connection.close()


@pytest.mark.drill
def test_by_default_it_waits_longer_than_proxies_do(start_process: StartProcess):
    server = start_process(environment=SEVERAL)
    connection = HTTPConnection(*server.address, timeout=120)
    ask(connection)
    socket = connection.sock
    time.sleep(CADDY_KEEPS_S)
    ask(connection)
    assert connection.sock is socket
    connection.close()


def ask(connection: HTTPConnection) -> None:
    connection.request("GET", "/api/health")
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
