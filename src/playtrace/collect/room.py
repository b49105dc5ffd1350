"""How many bytes of requests a process has in its hands: bodies that arrive, and entries that wait for the disk."""

from __future__ import annotations

from playtrace.problems import Unavailable

RETRY_AFTER_S = 5
SMALL_BYTES = 16 * 1024
"""A request of so many bytes always fits: as many as there are connections at most are a few hundred megabytes."""


class Room:
    """So many bytes fit, and small requests always. What is taken has to be given back."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.bytes_taken = 0

    def take(self, size: int, *, whole: int) -> bool:
        """For a request that has `whole` bytes so far. False when that is too much for now; then nothing is taken."""
        if whole > SMALL_BYTES and self.bytes_taken + size > self.bytes_max:
            return False
        self.bytes_taken += size
        return True

    def give_back(self, size: int) -> None:
        self.bytes_taken -= size


def no_room() -> Unavailable:
    return Unavailable("Too many large requests arrive at once.", retry_after_s=RETRY_AFTER_S)
