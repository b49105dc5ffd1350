"""How many bytes of requests a process has in its hands: bodies that arrive, and entries that wait for the disk."""

from __future__ import annotations

from playtrace.collect.errors import Unavailable

RETRY_AFTER_S = 5


class Room:
    """So many bytes fit. What is taken has to be given back."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.bytes_taken = 0

    def take(self, size: int) -> None:
        """Raises `Unavailable` when it is too much for now; then nothing is taken."""
        if self.bytes_taken + size > self.bytes_max:
            raise Unavailable("Too many large requests arrive at once.", retry_after_s=RETRY_AFTER_S)
        self.bytes_taken += size

    def give_back(self, size: int) -> None:
        self.bytes_taken -= size
