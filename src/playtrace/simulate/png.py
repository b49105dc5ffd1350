"""Pictures as PNG files (ISO/IEC 15948): eight bits for each of red, green and blue, and nothing else."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt


def encoded(pixels: npt.NDArray[np.uint8]) -> bytes:
    """A picture of (rows, columns, 3) as a file."""
    height, width, _ = pixels.shape
    # Each row begins with the filter that it went through: none.
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * 3)], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
