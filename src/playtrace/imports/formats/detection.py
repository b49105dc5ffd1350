"""What a file is, by its first bytes: names and endings are what people make of them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import IO, cast

import zstandard

from playtrace.imports.errors import FileUnreadable
from playtrace.imports.formats import arrow, csv, json_array, ndjson
from playtrace.imports.formats.parquet import MAGIC
from playtrace.imports.rows import Rows

GZIP = b"\x1f\x8b"
ZSTD = zstandard.FRAME_HEADER
ZIP = b"PK\x03\x04"
LOOKED_AT_BYTES = 64 * 1024
READ_BYTES = 256 * 1024
ZSTD_PIECE_BYTES = 128
"""Compressed bytes that are given to zstd at a time: they become at most 4 MiB."""


class Peekable:
    """A stream whose beginning can be looked at; only forward, so that it may come from anywhere."""

    closed = False

    def __init__(self, stream: IO[bytes], *, is_packed: bool = False) -> None:
        self._stream = stream
        self.is_packed = is_packed
        """Whether what lies there is compressed."""
        self._kept = b""
        self._at = 0
        """Where in that the stream stands: cutting off what was read would copy the rest for each line."""

    def peek(self, bytes_: int) -> bytes:
        while len(self._kept) - self._at < bytes_ and self._more(bytes_):
            pass
        return self._kept[self._at : self._at + bytes_]

    def read(self, bytes_: int = -1) -> bytes:
        """So many bytes, and less at the end alone."""
        if bytes_ < 0:
            bytes_ = READ_BYTES
        pieces = [self._kept[self._at : self._at + bytes_]]
        size = len(pieces[0])
        self._at += size
        while size < bytes_ and (piece := self._stream.read(bytes_ - size)):
            self._kept, self._at = piece, min(len(piece), bytes_ - size)
            pieces.append(piece[: self._at])
            size += self._at
        return b"".join(pieces)

    def readline(self, bytes_max: int) -> bytes:
        """Up to the end of the line, or so many bytes."""
        looked_to = self._at
        while (end := self._kept.find(b"\n", looked_to, self._at + bytes_max) + 1) == 0:
            there = len(self._kept) - self._at
            if there >= bytes_max or not self._more(READ_BYTES):
                end = min(len(self._kept), self._at + bytes_max)
                break
            looked_to = self._at + there
        line = self._kept[self._at : end]
        self._at = end
        return line

    def _more(self, bytes_: int) -> bool:
        piece = self._stream.read(bytes_)
        self._kept, self._at = self._kept[self._at :] + piece, 0
        return bool(piece)


class _Zstd:
    """What frames of zstd hold, one behind the other. The library's own reader does not tell a frame that ends in the
    middle from one that is whole."""

    def __init__(self, stream: Peekable) -> None:
        self._stream = stream
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._behind = b""
        """What follows the frame that ended last."""

    def read(self, bytes_: int) -> bytes:
        """Some bytes: more than so many, it may be. Raises `ZstdError`."""
        while True:
            piece = self._behind or self._stream.read(ZSTD_PIECE_BYTES)
            self._behind = b""
            if not piece:
                if self._frame is not None:
                    raise zstandard.ZstdError("a frame of zstd ends in the middle")
                return b""
            frame = self._frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
            text = frame.decompress(piece)
            if frame.eof:
                self._frame, self._behind = None, frame.unused_data
            if text:
                return text


def plain(stream: IO[bytes]) -> Peekable:
    """Without the compression that it begins with."""
    packed = Peekable(stream)
    begin = packed.peek(4)
    if begin.startswith(GZIP):
        unpacked = gzip.GzipFile(fileobj=cast("IO[bytes]", packed))
        return Peekable(cast("IO[bytes]", unpacked), is_packed=True)
    if begin == ZSTD:
        return Peekable(cast("IO[bytes]", _Zstd(packed)), is_packed=True)
    return packed


BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)
"""What comes of a compressed file that is damaged, or ends in the middle."""


def reader_of(stream: Peekable) -> Callable[[IO[bytes]], Rows]:
    """Of what is not compressed. Raises `FileUnreadable` for what no format reads."""
    begin = stream.peek(LOOKED_AT_BYTES)
    if begin.startswith(MAGIC):
        raise FileUnreadable("It is Parquet inside of another compression: Parquet is compressed by itself. Unpack it.")
    if begin.startswith(arrow.MAGIC):
        return arrow.read
    if begin.startswith(ZIP):
        raise FileUnreadable("It is a zip archive. Unpack it, and import the folder.")
    text = begin.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return ndjson.read
    if _is_binary(begin):
        raise FileUnreadable(
            "It is no NDJSON, JSON, CSV or Parquet: it looks like binary, or text of another encoding."
        )
    if text[:1] == b"[":
        return json_array.read
    return ndjson.read if text[:1] == b"{" else csv.read


def _is_binary(begin: bytes) -> bool:
    """A player may have made up a text with U+0000; files that are no text have many, or are no UTF-8."""
    zeros = begin.count(0)
    if zeros * 100 > len(begin):
        return True
    try:
        begin[:-3].decode("utf-8") if len(begin) == LOOKED_AT_BYTES else begin.decode("utf-8")
    except UnicodeDecodeError as error:
        return zeros > 0 and error.end < len(begin) - 4
    return False
