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
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from playtrace.problems import TooManyRequests

WINDOW_SECONDS = 15 * 60
"""In which all attempts come back that were used up, one after the other."""
ATTEMPTS_PER_PERSON_MAX = 5
"""Failed attempts of one address, or of one browser that is known, for one email."""
ATTEMPTS_PER_ADDRESS_MAX = 50
"""Failed attempts of one address for any email: an office may share it."""
ATTEMPTS_OF_STRANGERS_MAX = 100
"""Failed attempts for one email, from all addresses together: ten thousand a day."""
ROUNDING = 1e-6
"""Of an attempt, which may be missing."""
ENTRIES_MAX = 100_000
"""Addresses, browsers and emails remembered at most; beyond it those are forgotten that were used longest ago."""


@dataclass
class Attempts:
    used: float
    at: float
    """When so many of them were used."""


class LoginThrottle:
    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._attempts: dict[Hashable, Attempts] = {}

    def attempt(self, address: str, email: str, browser: str | None = None) -> None:
        """Counts an attempt before its password is looked at, so that many at once do not slip through.

        `browser` names the one that it comes from, where this person signed in there before. Raises `TooManyRequests`.
        """
        with self._lock:
            now = self._clock()
            # The address first: one that has no attempts left must not push others out with made-up names.
            counted = [
                self._with_room(key, attempts_max, now) for key, attempts_max in _limits(address, email, browser)
            ]
            for attempts in counted:
                attempts.used += 1

    def withdraw(self, address: str, email: str, browser: str | None = None) -> None:
        """What was counted last was no wrong attempt."""
        with self._lock:
            for key, _ in _limits(address, email, browser):
                if key in self._attempts:
                    self._attempts[key].used = max(0.0, self._attempts[key].used - 1)

    def succeeded(self, address: str, email: str, browser: str | None = None) -> None:
        """What was mistyped there before is forgiven."""
        self.withdraw(address, email, browser)
        with self._lock:
            self._attempts.pop(_own(address, email, browser), None)

    def _with_room(self, key: Hashable, attempts_max: int, now: float) -> Attempts:
        attempts = self._attempts.pop(key, None) or Attempts(0, now)
        while len(self._attempts) >= ENTRIES_MAX:
            del self._attempts[next(iter(self._attempts))]
        self._attempts[key] = attempts
        per_second = attempts_max / WINDOW_SECONDS
        attempts.used = max(0.0, attempts.used - (now - attempts.at) * per_second)
        attempts.at = now
        missing = attempts.used + 1 - attempts_max
        if missing > ROUNDING:
            wait_seconds = round(missing / per_second, 3)
            raise TooManyRequests(
                f"Too many attempts to sign in. Try again in {_in_words(wait_seconds)}.", retry_after_s=wait_seconds
            )
        return attempts


def _limits(address: str, email: str, browser: str | None) -> list[tuple[Hashable, int]]:
    own = (_own(address, email, browser), ATTEMPTS_PER_PERSON_MAX)
    if browser is not None:
        return [own]
    return [
        (("address", _network(address)), ATTEMPTS_PER_ADDRESS_MAX),
        own,
        (("person", _person(email)), ATTEMPTS_OF_STRANGERS_MAX),
    ]


def _own(address: str, email: str, browser: str | None) -> Hashable:
    return ("browser", browser, _person(email)) if browser else ("stranger", _network(address), _person(email))


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
