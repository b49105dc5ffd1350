"""Secrets that we make: 256 random bits, shown once, kept as SHA-256.

A fast hash is enough here, because nobody can guess 256 bits; only passwords need a slow one.
"""

from __future__ import annotations

import hashlib
import secrets

PREFIX_LENGTH = 10
READING = "read"
"""The kind of read tokens."""


def new_secret(kind: str) -> str:
    """A new secret. It begins with its kind, so that people (and scanners of repositories) recognise it."""
    return f"{kind}_{secrets.token_urlsafe(32)}"


def is_of_kind(secret: str, kind: str) -> bool:
    """Whether it looks like one of this kind."""
    return secret.startswith(f"{kind}_")


def sha256_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
