"""Which loader a game belongs to: games are dealt out in shares, and partitions of a broker with them.

A game has a number. It is in the partition that this number leaves when it is divided by how many partitions there
are, and in the share that it leaves when it is divided by how many shares. Where the shares divide the partitions, each
share has whole partitions, and partitions that are added never move a game to another share.
"""

from __future__ import annotations

import zlib

from msgspec import Struct


class Share(Struct, frozen=True):
    """One of so many."""

    number: int
    """From 0."""
    of: int

    def __str__(self) -> str:
        return f"share {self.number} of {self.of}"

    @property
    def is_all(self) -> bool:
        return self.of == 1

    def has(self, game_id: str) -> bool:
        return part_of(game_id, self.of) == self.number

    def has_partition(self, partition: int) -> bool:
        return partition % self.of == self.number


ALL = Share(0, 1)


def part_of(game_id: str, parts: int) -> int:
    """Which of so many parts a game is in: partitions, or shares. In ClickHouse it is `CRC32(game_id) % parts`."""
    return zlib.crc32(game_id.encode()) % parts
