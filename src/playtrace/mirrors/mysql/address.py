"""What an address `mysql://user:password@host:port/database` says, as the driver wants to know it."""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from playtrace.mirrors.target import TargetUnusable

PORT = 3306
TIMEOUTS_S = {"connect_timeout": 10, "read_timeout": 60, "write_timeout": 60}
"""A server that says nothing must not hold the mirror for ever."""
SSL_MODES = ("disabled", "preferred", "required", "verify_ca", "verify_identity")
KNOWN = ("ssl_mode", "ssl_ca", "unix_socket", "charset")
"""Parameters behind the `?`. `charset` is often there, and always utf8mb4 here."""


def arguments_of(url: str) -> dict[str, Any]:
    """Raises `TargetUnusable`, which quotes nothing but names of parameters."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
    except ValueError:
        raise TargetUnusable("Expected an address such as mysql://user:password@host:3306/database.") from None
    database = unquote(parts.path.removeprefix("/"))
    if not database or not parts.hostname:
        raise TargetUnusable("Name host and database in the address: mysql://user:password@host:3306/database.")
    asked = {name.lower().replace("-", "_"): value for name, value in parse_qsl(parts.query)}
    if unknown := sorted(asked.keys() - set(KNOWN)):
        raise TargetUnusable(f"The address has {', '.join(unknown)}; expected one of {', '.join(KNOWN)}.")
    found: dict[str, Any] = {
        "host": parts.hostname,
        "port": port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": database,
        **TIMEOUTS_S,
    }
    if "unix_socket" in asked:
        found["unix_socket"] = asked["unix_socket"]
    return found | _encryption(asked.get("ssl_mode", "").lower(), asked.get("ssl_ca"))


def _encryption(mode: str, authority: str | None) -> dict[str, Any]:
    """Without a word about it the driver encrypts where the server can, and asks nobody who that is."""
    if mode and mode not in SSL_MODES:
        raise TargetUnusable(f"ssl_mode: expected one of {', '.join(SSL_MODES)}.")
    if mode == "disabled":
        return {"ssl_disabled": True}
    if mode in ("", "preferred") and authority is None:
        return {}
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise TargetUnusable(f"ssl_ca: the file cannot be read: {error.strerror or error}") from None
    if mode == "required":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif mode == "verify_ca":
        context.check_hostname = False
    return {"ssl": context}
