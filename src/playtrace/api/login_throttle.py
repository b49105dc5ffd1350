"""Slows down whoever guesses passwords, and locks out nobody else. In memory: a restart forgives.

A browser in which somebody signed in before is known to be theirs: it has attempts of its own, which nobody else can
use up. Strangers have so many from one address for one person, so many from one address for anybody, and so many for
one person from wherever they come. Each attempt comes back by and by, so that a new browser of the person gets its turn
too while others guess from everywhere.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from playtrace.problems import TooManyRequests

WINDOW_SECONDS = 15 * 60
"""In which all attempts come back that were used up, one after the other."""
ATTEMPTS_PER_PERSON_MAX = 5
"""Failed attempts of one address, or of one browser that is known, for one email."""
ATTEMPTS_PER_ADDRESS_MAX = 50
"""Failed attempts of one address for any email: an office may share it."""
ATTEMPTS_OF_STRANGERS_MAX = 100
"""Failed attempts for one email, from all addresses together: ten thousand a day."""
CODES_MAX = 10
"""Wrong codes of the second factor, by whoever knows the password already. There are a million, and three are right."""
CODES_WINDOW_SECONDS = 3 * 3600
ROUNDING = 1e-6
"""Of an attempt, which may be missing."""
ENTRIES_MAX = 100_000
"""Addresses, browsers and emails remembered at most; beyond it those are forgotten that were used longest ago."""


class Limit(NamedTuple):
    key: Hashable
    attempts_max: int
    window_seconds: float = WINDOW_SECONDS


@dataclass
class Attempts:
    used: float
    at: float
    """When so many of them were used."""


def limits_of_password(address: str, email: str, browser: str | None = None) -> list[Limit]:
    """What holds for an attempt; its own limit is the last.

    `browser` names the one that it comes from, where this person signed in there before.
    """
    person = _person(email)
    if browser is not None:
        return [Limit(("browser", browser, person), ATTEMPTS_PER_PERSON_MAX)]
    network = _network(address)
    return [
        # First: one that has no attempts left must not push others out with made-up names.
        Limit(("address", network), ATTEMPTS_PER_ADDRESS_MAX),
        Limit(("person", person), ATTEMPTS_OF_STRANGERS_MAX),
        Limit(("stranger", network, person), ATTEMPTS_PER_PERSON_MAX),
    ]


def limits_of_code(email: str, browser: str | None = None) -> list[Limit]:
    """What holds for a code that is sent with the right password."""
    return [Limit(("code", browser, _person(email)), CODES_MAX, CODES_WINDOW_SECONDS)]


class LoginThrottle:
    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._attempts: dict[Hashable, Attempts] = {}

    def attempt(self, limits: Sequence[Limit]) -> None:
        """Counts an attempt before it is looked at, so that many at once do not slip through.

        Raises `TooManyRequests`.
        """
        with self._lock:
            now = self._clock()
            for attempts in [self._with_room(limit, now) for limit in limits]:
                attempts.used += 1

    def withdraw(self, limits: Sequence[Limit]) -> None:
        """What was counted was no wrong attempt."""
        with self._lock:
            for limit in limits:
                if (attempts := self._attempts.get(limit.key)) is not None:
                    attempts.used = max(0.0, attempts.used - 1)

    def succeeded(self, limits: Sequence[Limit]) -> None:
        """What was mistyped there before is forgiven."""
        self.withdraw(limits)
        with self._lock:
            self._attempts.pop(limits[-1].key, None)

    def _with_room(self, limit: Limit, now: float) -> Attempts:
        attempts = self._attempts.pop(limit.key, None) or Attempts(0, now)
        while len(self._attempts) >= ENTRIES_MAX:
            del self._attempts[next(iter(self._attempts))]
        self._attempts[limit.key] = attempts
        per_second = limit.attempts_max / limit.window_seconds
        attempts.used = max(0.0, attempts.used - (now - attempts.at) * per_second)
        attempts.at = now
        missing = attempts.used + 1 - limit.attempts_max
        if missing > ROUNDING:
            wait_seconds = round(missing / per_second, 3)
            raise TooManyRequests(
                f"Too many attempts to sign in. Try again in {_in_words(wait_seconds)}.", retry_after_s=wait_seconds
            )
        return attempts


def _person(email: str) -> str:
    return email.strip().lower()


def _network(address: str) -> str:
    """The address; of IPv6 the half that a provider hands to one customer."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def _in_words(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{max(1, round(seconds))} seconds"
