"""Where a request comes from: the client's address and country. The address is used and forgotten."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import maxminddb

COUNTRY_HEADERS = (
    b"cf-ipcountry",
    b"x-geo-country",
    b"x-country-code",
    b"x-appengine-country",
    b"fastly-country-code",
)
REGION_HEADERS = (b"cf-region-code", b"x-geo-region", b"x-region-code", b"x-appengine-region", b"fastly-region-code")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Origin:
    """Believes proxies that are named, and nobody else."""

    def __init__(self, trusted_proxies: Sequence[str], geoip_database: Path | None) -> None:
        """Raises `ValueError` for a proxy that is no address or network, `OSError` for a missing database."""
        self._trusted: list[Network] = [ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies]
        self._countries: maxminddb.Reader | None = (
            maxminddb.open_database(geoip_database) if geoip_database is not None else None
        )

    def client(self, peer: str, headers: dict[bytes, bytes]) -> str:
        """The client's address: the last one in X-Forwarded-For that no trusted proxy has."""
        if not self._trusts(peer):
            return peer
        forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
        for address in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
            if not self._trusts(address):
                return address if _parse(address) is not None else peer
        return peer

    def place(self, peer: str, headers: dict[bytes, bytes]) -> tuple[str | None, str | None]:
        """Country (ISO 3166-1 alpha-2) and region, where a trusted proxy or the database knows them."""
        if self._trusted and self._trusts(peer):
            for name in COUNTRY_HEADERS:
                country = _country(headers.get(name))
                if country is not None:
                    region = next((headers[key] for key in REGION_HEADERS if key in headers), b"")
                    return country, region.decode("latin-1")[:64] or None
        if self._countries is None:
            return None, None
        return self._look_up(self.client(peer, headers))

    def _look_up(self, address: str) -> tuple[str | None, str | None]:
        parsed = _parse(address)
        if parsed is None or self._countries is None:
            return None, None
        record: Any = self._countries.get(parsed)
        if not isinstance(record, dict):
            return None, None
        country = record.get("country", {}).get("iso_code")
        regions = record.get("subdivisions", [])
        return country, (regions[0].get("iso_code") if regions else None)

    def _trusts(self, address: str) -> bool:
        if not self._trusted:
            return False
        parsed = _parse(address)
        return parsed is not None and any(parsed in network for network in self._trusted)


def _parse(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, ipaddress.IPv6Address) else parsed


def _country(value: bytes | None) -> str | None:
    """Two letters, in capitals; XX and T1 are how proxies say that they do not know."""
    if value is None or len(value) != 2 or not value.isalpha() or value.upper() in (b"XX", b"T1", b"ZZ"):
        return None
    return value.decode("ascii").upper()
