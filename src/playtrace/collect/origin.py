"""Where a request comes from: the client's address and place. The address is used and forgotten.

The place is what a trusted proxy says, else what the configured database knows, else (a country alone) the one in
which the block of addresses is registered. That last list comes with the package `iptocc`, made each night by it from
the five registries; it asks nobody. A company that is registered in one country and serves another is where it is
registered: that is so for about one address in twenty.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import iptocc
import maxminddb

COUNTRY_HEADERS = (
    b"cf-ipcountry",
    b"x-geo-country",
    b"x-country-code",
    b"x-appengine-country",
    b"fastly-country-code",
)
REGION_HEADERS = (b"cf-region-code", b"x-geo-region", b"x-region-code", b"x-appengine-region", b"fastly-region-code")
FORWARDED_FOR = b"x-forwarded-for"
NAME_LENGTH_MAX = 64
"""Characters of a region or city."""
NO_COUNTRY = frozenset({"XX", "T1", "ZZ", "EU", "AP"})
"""How proxies, databases and registries say that they do not know: nowhere, Tor, a whole continent."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Place(NamedTuple):
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    region: str | None = None
    city: str | None = None


NOWHERE = Place()


class Origin:
    """Believes proxies that are named, and nobody else."""

    def __init__(self, trusted_proxies: Sequence[str], geoip_database: Path | None) -> None:
        """Raises `ValueError` for a proxy that is no address or network, `OSError` for a missing database."""
        self._trusted: list[Network] = [ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies]
        self._database: maxminddb.Reader | None = (
            maxminddb.open_database(geoip_database) if geoip_database is not None else None
        )

    def client(self, peer: str, headers: dict[bytes, bytes]) -> str:
        """The client's address: the last one in X-Forwarded-For that no trusted proxy has."""
        if not self._trusts(peer):
            return peer
        forwarded = headers.get(FORWARDED_FOR, b"").decode("latin-1")
        for address in reversed([_without_port(part.strip()) for part in forwarded.split(",") if part.strip()]):
            if not self._trusts(address):
                return address if _parse(address) is not None else peer
        return peer

    def counted(self, peer: str, headers: dict[bytes, bytes]) -> str:
        """Whom limits count: the client's address, or of IPv6 its network of 64 bits. Such a network is the least that
        a household or a rented machine has: it can come from any address of it."""
        address = self.client(peer, headers)
        parsed = _parse(address) if ":" in address else None
        if not isinstance(parsed, ipaddress.IPv6Address):
            return address if parsed is None else str(parsed)
        return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))

    def place(self, peer: str, headers: dict[bytes, bytes]) -> Place:
        if self._trusted and self._trusts(peer):
            for name in COUNTRY_HEADERS:
                country = _country(headers.get(name, b"").decode("latin-1"))
                if country is not None:
                    region = next((headers[key] for key in REGION_HEADERS if key in headers), b"")
                    return Place(country, region.decode("latin-1")[:NAME_LENGTH_MAX] or None)
        address = _parse(self.client(peer, headers))
        if address is None:
            return NOWHERE
        if self._database is None:
            return Place(_country(iptocc.country_code(str(address))))
        return _place_in(self._database.get(address))

    def _trusts(self, address: str) -> bool:
        if not self._trusted:
            return False
        parsed = _parse(address)
        return parsed is not None and any(parsed in network for network in self._trusted)


def headers_of(pairs: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Of a repeated header the last one; those who forwarded, who may each have added a line, are all there."""
    headers = dict(pairs)
    if len(headers) != len(pairs):
        forwarded = [value for name, value in pairs if name == FORWARDED_FOR]
        if forwarded:
            headers[FORWARDED_FOR] = b",".join(forwarded)
    return headers


def _without_port(address: str) -> str:
    """Some proxies write the port too: `203.0.113.5:51000`, `[2001:db8::1]:443`."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def _parse(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, ipaddress.IPv6Address) else parsed


def _place_in(record: object) -> Place:
    """What a record of the database says. They are all shaped alike, and each part may be missing."""
    if not isinstance(record, dict):
        return NOWHERE
    fields = cast("dict[str, Any]", record)
    regions = fields.get("subdivisions") or [{}]
    return Place(
        _country(_named(fields, "country", "iso_code") or _named(fields, "registered_country", "iso_code")),
        _text(regions[0].get("iso_code")),
        _text((_named(fields, "city", "names") or {}).get("en")),
    )


def _named(fields: dict[str, Any], what: str, field: str) -> Any:
    return (fields.get(what) or {}).get(field)


def _text(value: object) -> str | None:
    return value[:NAME_LENGTH_MAX] or None if isinstance(value, str) else None


def _country(code: object) -> str | None:
    """Two letters, in capitals."""
    if not isinstance(code, str) or len(code) != 2 or not (code.isascii() and code.isalpha()):
        return None
    return None if code.upper() in NO_COUNTRY else code.upper()
