"""The store's file as DuckDB lays it out: three headers, then blocks of one size, each beginning with its checksum.

So a file can be read through at the speed of the disk, and by a process that has no database open. What it does not
tell is which blocks are in use: one that is free has whatever was left in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HEADER_BYTES = 4096
HEADERS_BYTES = 3 * HEADER_BYTES
BLOCK_BYTES = 256 * 1024
_SEED = 5381
_FACTOR = np.uint64(0xBF58476D1CE4E5B9)


def is_whole(block: bytes | NDArray[np.uint8]) -> bool:
    """Whether a header or block has the checksum that it says; it has a whole number of 64-bit words."""
    words = np.frombuffer(block, "<u8")
    return _SEED ^ int(np.bitwise_xor.reduce(words[1:] * _FACTOR)) == int(words[0])


def damaged_blocks(path: Path) -> Iterator[int]:
    """Numbers of the blocks whose checksum differs, -1 for the headers and for a file that ends within a block.

    One that is being written just now may be among them, and so may one that is free. Raises `OSError`.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        headers = [file.read(HEADER_BYTES) for _ in range(3)]
        # The two behind the first take turns: one of them may be older, and none may be torn.
        if any(len(header) < HEADER_BYTES or not is_whole(header) for header in headers):
            yield -1
        blocks = max(0, size - HEADERS_BYTES) // BLOCK_BYTES
        for number in range(blocks):
            block = file.read(BLOCK_BYTES)
            if len(block) < BLOCK_BYTES or not is_whole(block):
                yield number
    if size < HEADERS_BYTES or (size - HEADERS_BYTES) % BLOCK_BYTES:
        yield -1
