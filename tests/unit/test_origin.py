"""Whose address and country it is: a client may write anything into its headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from playtrace.collect.origin import Origin

PROXIES = ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]


def client(peer: str, forwarded: str, proxies: list[str] | None = None) -> str:
    return Origin(PROXIES if proxies is None else proxies, None).client(
        peer, {b"x-forwarded-for": forwarded.encode("latin-1")}
    )


def test_without_trusted_proxies_nothing_is_believed():
    assert client("203.0.113.9", "198.51.100.1", proxies=[]) == "203.0.113.9"
    assert client("127.0.0.1", "198.51.100.1", proxies=[]) == "127.0.0.1"


def test_a_stranger_cannot_speak_for_another():
    assert client("203.0.113.9", "198.51.100.1") == "203.0.113.9"
    assert client("203.0.113.9", "10.0.0.1") == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("198.51.100.1", "198.51.100.1"),
        # What stands further left the client wrote itself.
        ("1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.9.9.9, 198.51.100.1", "198.51.100.1"),
        ("198.51.100.1, 10.1.1.1, 192.0.2.1", "198.51.100.1"),
        ("1.2.3.4,198.51.100.1 ,10.1.1.1", "198.51.100.1"),
        ("2001:db9::1, 2001:db8::5", "2001:db9::1"),
        ("10.1.1.1", "10.0.0.1"),
        ("", "10.0.0.1"),
        (" , ,", "10.0.0.1"),
        ("nonsense", "10.0.0.1"),
        ("198.51.100.1, unknown", "10.0.0.1"),
        ("'; DROP TABLE events; --", "10.0.0.1"),
        ("\xff\x00", "10.0.0.1"),
        ("999.1.1.1", "10.0.0.1"),
    ],
)
def test_behind_trusted_proxies_the_last_that_is_none_of_them(forwarded: str, expected: str):
    assert client("10.0.0.1", forwarded) == expected


def test_addresses_in_the_clothes_of_version_six():
    assert client("::ffff:10.0.0.1", "198.51.100.1") == "198.51.100.1"
    assert client("::ffff:203.0.113.9", "198.51.100.1") == "::ffff:203.0.113.9"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({b"cf-ipcountry": b"de"}, ("DE", None)),
        ({b"cf-ipcountry": b"DE", b"cf-region-code": b"BE"}, ("DE", "BE")),
        ({b"x-geo-country": b"FR", b"x-geo-region": b"r" * 100}, ("FR", "r" * 64)),
        ({b"cf-ipcountry": b"XX"}, (None, None)),
        ({b"cf-ipcountry": b"T1", b"x-country-code": b"SE"}, ("SE", None)),
        ({b"cf-ipcountry": b"<b"}, (None, None)),
        ({b"cf-ipcountry": b"\xc3\xa9"}, (None, None)),
        ({b"cf-ipcountry": b"DEU"}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_the_country_as_a_proxy_says_it(headers: dict[bytes, bytes], expected: tuple[str | None, str | None]):
    assert Origin(PROXIES, None).place("10.0.0.1", headers) == expected
    assert Origin(PROXIES, None).place("203.0.113.9", headers) == (None, None)
    assert Origin([], None).place("10.0.0.1", headers) == (None, None)


def test_what_is_no_proxy_stops_the_start():
    with pytest.raises(ValueError, match="nonsense"):
        Origin(["nonsense"], None)


def test_a_database_that_is_missing_stops_the_start(tmp_path: Path):
    with pytest.raises(OSError, match="missing"):
        Origin([], tmp_path / "missing.mmdb")
