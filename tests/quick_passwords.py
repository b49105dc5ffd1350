"""Passwords that are hashed in no time, for tests of something else. They are hashed as well as that is worth."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from playtrace.registry import passwords


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    monkeypatch.setattr(passwords, "_nobodys_hash", None)
