"""The address of a ClickHouse, as it is written in `store_url`: `clickhouse://user:password@host:port/database`."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec import Struct

SCHEMES = {"clickhouse": (False, 8123), "clickhouses": (True, 8443)}
"""Whether each is spoken over TLS, and the port where none is named."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class ClickHouseUrl(Struct, frozen=True):
    """Where a ClickHouse is, and how it is entered."""

    host: str
    port: int
    user: str
    password: str
    database: str
    cluster: str | None = None
    """Over which its tables are replicated and distributed; None: it is one server."""
    is_tls: bool = False

    def __str__(self) -> str:
        """Without the password."""
        cluster = f"?cluster={self.cluster}" if self.cluster else ""
        return f"clickhouse{'s' if self.is_tls else ''}://{self.user}@{self.host}:{self.port}/{self.database}{cluster}"


def clickhouse_url(text: str) -> ClickHouseUrl:
    """Raises `ValueError`, which quotes no password."""
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES:
        raise ValueError("expected clickhouse://user:password@host:port/database, or clickhouses:// for TLS")
    is_tls, usual_port = SCHEMES[parts.scheme]
    try:
        port = parts.port or usual_port
    except ValueError:
        raise ValueError("the port of a store's address is a number up to 65535") from None
    if not parts.hostname:
        raise ValueError("a store's address names a host: clickhouse://user:password@host:port/database")
    asked = parse_qs(parts.query, keep_blank_values=True)
    if unknown := sorted(set(asked) - {"cluster"}):
        raise ValueError(f"a store's address takes cluster=NAME and nothing else, got {', '.join(unknown)[:100]}")
    database = unquote(parts.path.strip("/")) or "playtrace"
    cluster = asked.get("cluster", [None])[-1]
    for name in (database, cluster):
        # They are written into statements, where nothing can be bound.
        if name is not None and not NAME.fullmatch(name):
            raise ValueError("names of a database and of a cluster are letters, digits and _, and begin with no digit")
    return ClickHouseUrl(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=database,
        cluster=cluster,
        is_tls=is_tls,
    )
