"""Slows down whoever guesses passwords. In memory: a restart forgives."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from playtrace.problems import TooManyRequests

WINDOW_SECONDS = 15 * 60
ATTEMPTS_PER_PERSON_MAX = 5
"""Failed attempts of one address for one email in a window."""
ATTEMPTS_PER_ADDRESS_MAX = 50
"""Failed attempts of one address for any email: an office may share it."""
ENTRIES_MAX = 100_000
"""Addresses and emails remembered at most; beyond it the oldest are forgotten."""


@dataclass
class Window:
    ends_at: float
    attempts: int = 0


class LoginThrottle:
    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[Hashable, Window] = {}

    def attempt(self, address: str, email: str) -> None:
        """Counts an attempt before its password is looked at, so that many at once do not slip through.

        Raises `TooManyRequests`.
        """
        network, person = _keys(address, email)
        with self._lock:
            now = self._clock()
            # The address first: one that has no attempts left must not push others out with made-up names.
            by_network = self._window_with_room(network, ATTEMPTS_PER_ADDRESS_MAX, now)
            by_person = self._window_with_room(person, ATTEMPTS_PER_PERSON_MAX, now)
            by_person.attempts += 1
            by_network.attempts += 1

    def succeeded(self, address: str, email: str) -> None:
        network, person = _keys(address, email)
        with self._lock:
            self._windows.pop(person, None)
            if network in self._windows:
                self._windows[network].attempts -= 1

    def _window_with_room(self, key: Hashable, attempts_max: int, now: float) -> Window:
        window = self._windows.get(key)
        if window is None or window.ends_at <= now:
            self._windows.pop(key, None)
            while len(self._windows) >= ENTRIES_MAX:
                del self._windows[next(iter(self._windows))]
            window = self._windows[key] = Window(now + WINDOW_SECONDS)
        if window.attempts >= attempts_max:
            wait_seconds = window.ends_at - now
            raise TooManyRequests(
                f"Too many attempts to sign in. Try again in {wait_seconds / 60:.0f} minutes.",
                retry_after_s=wait_seconds,
            )
        return window


def _keys(address: str, email: str) -> tuple[Hashable, Hashable]:
    network = _network(address)
    return network, (network, email.strip().lower())


def _network(address: str) -> str:
    """The address; of IPv6 the half that a provider hands to one customer."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
