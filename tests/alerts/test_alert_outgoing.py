"""Alerts leave for public addresses alone, however one is spelled; and no target can hold or flood the server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest
from sample_message import message
from stand_in import Reply, StandIn

from playtrace.alerts.channels.apprise import Apprise
from playtrace.alerts.channels.apprise_process import Guard, Refused
from playtrace.alerts.channels.sending import Destination, Fault, NotSent, post
from playtrace.alerts.outgoing import ANSWER_BYTES_MAX, Outgoing, Unreachable, WrongTarget, read_target
from playtrace.alerts.public_addresses import is_public

GUARDED = Outgoing(allow_private=False, seconds_max=5)
ALLOWED = Outgoing(allow_private=True, seconds_max=5)

SPELLINGS = [
    "127.0.0.1",
    "localhost",
    "LOCALHOST",
    "127.0.0.1.",
    "127.1",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.01",
    "0",
    "①②⑦.⓪.⓪.①",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[fe80::1]",
    "[fd00::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_a_private_address_is_reached(host: str, discord: StandIn) -> None:
    # Where a system knows no such spelling, or no IPv6, it is a name that there is not.
    with pytest.raises((WrongTarget, Unreachable)) as refused:
        GUARDED.post(f"http://{host}:{discord.port}/", b"{}", {})
    assert host not in str(refused.value)
    assert discord.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "127.255.255.255",
        "172.31.255.255",
        "192.0.0.1",
        "198.19.0.1",
        "203.0.113.9",
        "239.1.1.1",
        "240.0.0.1",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "2001::1",
        "2001:db8::1",
        "2002:c0a8:101::1",
        "fc00::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2606:4700::1111%eth0",
        "localhost",
        "",
    ],
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.1",
        "172.32.0.1",
        "192.167.255.255",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
        "2606:4700::1111",
        "2a00:1450::1",
    ],
)
def test_what_is_public(address: str) -> None:
    assert is_public(address)


def looked_up(*addresses: tuple[str, int]) -> list[object]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]


def test_one_private_address_of_a_host_is_enough(discord: StandIn) -> None:
    def resolve(host: str, port: int) -> list[object]:
        return looked_up(("93.184.216.34", port), ("127.0.0.1", port))

    with pytest.raises(WrongTarget):
        Outgoing(allow_private=False, resolve=resolve).post(f"http://hooks.example:{discord.port}/", b"{}", {})
    assert discord.requests == []


def test_a_name_that_changes_its_answer_changes_nothing(discord: StandIn) -> None:
    other = StandIn()
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[object]:
        asked.append(host)
        return looked_up(("127.0.0.1", discord.port if len(asked) == 1 else other.port))

    try:
        answer = Outgoing(allow_private=True, resolve=resolve).post(
            "http://hooks.example/path?a=b", b"{}", {"X-A": "b"}
        )
        assert (answer.status, asked) == (200, ["hooks.example"])
        assert other.requests == []
    finally:
        other.go_away()
    (request,) = discord.requests
    # The connection goes to what was looked up, the request still to the name.
    assert (request.headers["host"], request.path, request.headers["x-a"]) == ("hooks.example", "/path?a=b", "b")


def test_the_certificate_is_asked_of_the_name_that_was_given() -> None:
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        heard.append(connection.recv(4096))

    with listening(listen) as port:
        ours = Outgoing(allow_private=True, resolve=lambda host, _: looked_up(("127.0.0.1", port)), seconds_max=5)
        with pytest.raises(Unreachable):
            ours.post("https://hooks.example/", b"{}", {})
    assert b"hooks.example" in heard[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int, discord: StandIn) -> None:
    discord.behaviours.append(Reply(status, {"Location": f"{discord.url}/secret"}))
    with pytest.raises(NotSent, match="redirects are not followed") as refused:
        post(ALLOWED, f"{discord.url}/", b"{}", {})
    assert refused.value.fault is Fault.CHANNEL
    assert [request.path for request in discord.requests] == ["/"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "secret.example",
        "//secret.example",
        "ftp://secret.example/",
        "file:///etc/passwd",
        "http:///path",
        "http://user:pass-secret@secret.example/",
        "http://secret.example@127.0.0.1/",
        "http://secret.example\\@127.0.0.1/",
        "http://secret.example/\r\nX-Injected: 1",
        "http://secret.example/a b",
        "http://secret.example:99999/",
        "http://[::1/",
        "http://secret\u202e.example/",
    ],
)
def test_what_is_no_address_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(WrongTarget) as refused:
        read_target(url)
    assert "secret" not in str(refused.value)


def test_an_answer_that_trickles_ends_with_the_time_for_it() -> None:
    done = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not done.wait(0.05):
            connection.sendall(b"X-More: 1\r\n")

    with listening(trickle) as port:
        try:
            with pytest.raises(Unreachable, match=r"no answer within 0\.4 seconds"):
                Outgoing(allow_private=True, seconds_max=0.4).post(f"http://127.0.0.1:{port}/", b"{}", {})
        finally:
            done.set()


def test_of_a_long_answer_the_beginning_is_read(discord: StandIn) -> None:
    discord.behaviours.append(Reply(200, body=b"x" * (ANSWER_BYTES_MAX + 1)))
    assert ALLOWED.post(f"{discord.url}/", b"{}", {}).body == b"x" * ANSWER_BYTES_MAX


def test_what_cannot_be_reached_is_told_without_the_address() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match="no connection: Connection refused"):
        ALLOWED.post(f"http://127.0.0.1:{port}/secret", b"{}", {})


def test_apprise_makes_no_connection_that_is_private(discord: StandIn) -> None:
    destination = Destination(f"json://127.0.0.1:{discord.port}/very-secret", None)
    with pytest.raises(NotSent, match="alert_allow_private_targets"):
        Apprise().send(message(), destination, "1", GUARDED)
    assert discord.requests == []

    Apprise().send(message(picture=b"\x89PNG"), destination, "1", ALLOWED)
    assert b"Crashes" in discord.requests[0].body

    # What it says of a failure has nothing of the address.
    discord.behaviours.append(Reply(500))
    with pytest.raises(NotSent) as refused:
        Apprise().send(message(), destination, "1", ALLOWED)
    assert "secret" not in str(refused.value)
    assert refused.value.fault is Fault.PASSING


def test_services_that_act_on_the_servers_machine_are_no_targets() -> None:
    for target in ("syslog://", "dbus://", "nothing"):
        with pytest.raises(WrongTarget, match="Apprise knows"):
            Apprise().check(target)


def test_the_guard_of_apprise_lets_nothing_else_through() -> None:
    guard = Guard()
    for event in ("socket.connect", "socket.sendto"):
        guard(event, (None, ("1.1.1.1", 443)))
        guard(event, (None, ("2606:4700::1111", 443, 0, 0)))
        for address in (("127.0.0.1", 80), ("::1", 80, 0, 0), ("fe80::1", 80, 0, 2), ("localhost", 80), "/run/x.sock"):
            with pytest.raises(Refused):
                guard(event, (None, address))
    with pytest.raises(Refused):
        guard("subprocess.Popen", ("sh", ["sh"], None, None))
    assert guard.refused


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port at which one connection is taken, and handled by `answer`."""
    server = socket.create_server(("127.0.0.1", 0))

    def take() -> None:
        connection, _ = server.accept()
        # The client hangs up, as it should.
        with closing(connection), suppress(OSError):
            answer(connection)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        thread.join()
        server.close()
