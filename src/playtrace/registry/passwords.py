"""Passwords: kept as argon2id hashes with the parameters that argon2-cffi recommends."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from playtrace.registry.errors import Invalid

PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 1024

_hasher = PasswordHasher()
# One hash takes 64 MiB and all of a core: a crowd at the door must not take the server's memory.
_hashing = threading.BoundedSemaphore(2)
_nobodys_hash: str | None = None


def check_password(password: str) -> None:
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise Invalid("password", f"expected {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters")


def hash_password(password: str) -> str:
    with _hashing:
        return _hasher.hash(_normal(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Without a hash (no such person) it takes as long and says no."""
    with _hashing:
        try:
            _hasher.verify(password_hash or _hash_of_nobody(), _normal(password))
        except VerifyMismatchError:
            return False
    return password_hash is not None


def _hash_of_nobody() -> str:
    global _nobodys_hash
    if _nobodys_hash is None:
        _nobodys_hash = _hasher.hash("nobody")
    return _nobodys_hash


def _normal(password: str) -> bytes:
    # The same key strokes give composed or decomposed letters, depending on the system.
    return unicodedata.normalize("NFKC", password[:PASSWORD_LENGTH_MAX]).encode("utf-8", "surrogatepass")
