"""Whose address and country it is: a client may write anything into its headers."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from playtrace.collect.origin import Origin, Place, headers_of

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
        ({b"cf-ipcountry": b"de"}, Place("DE")),
        ({b"cf-ipcountry": b"DE", b"cf-region-code": b"BE"}, Place("DE", "BE")),
        ({b"x-geo-country": b"FR", b"x-geo-region": b"r" * 100}, Place("FR", "r" * 64)),
        ({b"cf-ipcountry": b"XX"}, Place()),
        ({b"cf-ipcountry": b"T1", b"x-country-code": b"SE"}, Place("SE")),
        ({b"cf-ipcountry": b"<b"}, Place()),
        ({b"cf-ipcountry": b"\xc3\xa9"}, Place()),
        ({b"cf-ipcountry": b"DEU"}, Place()),
        ({}, Place()),
    ],
)
def test_the_country_as_a_proxy_says_it(headers: dict[bytes, bytes], expected: Place):
    assert Origin(PROXIES, None).place("10.0.0.1", headers) == expected
    assert Origin(PROXIES, None).place("203.0.113.9", headers) == Place()
    assert Origin([], None).place("10.0.0.1", headers) == Place()


# Blocks that have been where they are for twenty years, each in another registry.
@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("8.8.8.8", "US"),
        ("::ffff:8.8.8.8", "US"),
        ("2001:4860:4860::8888", "US"),
        ("193.0.6.139", "NL"),
        ("202.12.29.175", "AU"),
        ("200.160.0.8", "BR"),
        ("41.0.0.1", "ZA"),
        ("127.0.0.1", None),
        ("192.168.1.1", None),
        ("203.0.113.9", None),
        ("fe80::1", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_without_a_database_the_country_is_the_one_of_registration(address: str, country: str | None):
    assert Origin([], None).place(address, {}) == Place(country)
    assert Origin(PROXIES, None).place("10.0.0.1", {b"x-forwarded-for": address.encode()}) == Place(country)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"country": {"iso_code": "DE"}}, Place("DE")),
        (
            {
                "country": {"iso_code": "DE"},
                "subdivisions": [{"iso_code": "BE"}, {"iso_code": "MITTE"}],
                "city": {"names": {"de": "Berlin", "en": "Berlin"}},
            },
            Place("DE", "BE", "Berlin"),
        ),
        ({"registered_country": {"iso_code": "AT"}}, Place("AT")),
        ({"country": {"iso_code": "XX"}, "city": {"names": {}}, "subdivisions": []}, Place()),
        ({"country": {}, "city": {"geoname_id": 5}}, Place()),
        ({"city": {"names": {"en": "x" * 100}}}, Place(city="x" * 64)),
        ({}, Place()),
    ],
)
def test_a_database_says_it_instead_and_more(tmp_path: Path, record: dict[str, object], expected: Place):
    database = tmp_path / "cities.mmdb"
    writer = MMDBWriter(4, "GeoLite2-City", languages=["en"])
    writer.insert_network(IPSet(["8.8.8.0/24"]), record)
    writer.to_db_file(str(database))
    assert Origin([], database).place("8.8.8.8", {}) == expected
    # What it does not know is not looked up elsewhere: two lists that disagree would be one that nobody understands.
    assert Origin([], database).place("9.9.9.9", {}) == Place()


def test_what_is_no_proxy_stops_the_start():
    with pytest.raises(ValueError, match="nonsense"):
        Origin(["nonsense"], None)


def test_a_database_that_is_missing_stops_the_start(tmp_path: Path):
    with pytest.raises(OSError, match="missing"):
        Origin([], tmp_path / "missing.mmdb")


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("203.0.113.5:51000", "203.0.113.5"),
        ("[2001:db9::1]:443", "2001:db9::1"),
        ("[2001:db9::1]", "2001:db9::1"),
        ("1.2.3.4, 203.0.113.5:51000, 10.1.1.1:8080", "203.0.113.5"),
        ("203.0.113.5:51000, [2001:db8::5]:443", "203.0.113.5"),
        ("[", "10.0.0.1"),
        ("[]:443", "10.0.0.1"),
        (":443", "10.0.0.1"),
        ("203.0.113.5:1:2", "10.0.0.1"),
    ],
)
def test_a_port_behind_the_address_is_passed_over(forwarded: str, expected: str):
    assert client("10.0.0.1", forwarded) == expected


def test_each_proxy_may_have_added_a_line_of_its_own():
    lines = [(b"host", b"a"), (b"x-forwarded-for", b"198.51.100.1"), (b"host", b"b"), (b"x-forwarded-for", b"10.1.1.1")]
    headers = headers_of(lines)
    assert headers == {b"host": b"b", b"x-forwarded-for": b"198.51.100.1,10.1.1.1"}
    assert Origin(PROXIES, None).client("10.0.0.1", headers) == "198.51.100.1"
    assert headers_of(lines[:2]) == dict(lines[:2])


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db9:1:2:3:4:5:6", "2001:db9:1:2::/64"),
        ("2001:db9:1:2::9", "2001:db9:1:2::/64"),
        ("2001:db9:1:3::9", "2001:db9:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "nonsense"),
        ("", ""),
    ],
)
def test_limits_count_addresses_and_of_version_six_networks(address: str, counted: str):
    origin = Origin(PROXIES, None)
    assert origin.counted(address, {}) == counted
    # What counts is told between our processes as an address is, and counts there as itself.
    assert origin.counted(counted, {}) == counted
