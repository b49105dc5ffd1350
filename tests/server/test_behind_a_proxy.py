"""Behind a proxy that is trusted, a client is whom the proxy names."""

from __future__ import annotations

import json

import pytest
from server_process import SEVERAL, ServerProcess, StartProcess

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
