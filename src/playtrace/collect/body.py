"""The bytes of a request: read within a time, decompressed within a size."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable

import brotli
import zstandard

from playtrace.asgi import Receive
from playtrace.collect.reading_time import ReadingTime
from playtrace.collect.room import Room, no_room
from playtrace.event import REQUEST_BYTES_MAX
from playtrace.problems import EncodingUnknown, Malformed, RequestTimeout, TooLarge

CHUNK_BYTES = 64 * 1024
ZSTD_PIECE_BYTES = 512
"""Compressed bytes that are given to zstd at a time: they become at most 16 MiB, which bounds what a bomb takes."""
DROPPED_BYTES_MAX = 32 * 1024 * 1024
"""A body that is too large is read on to its end, if that is not further than this: a client that is still sending
when the connection closes never sees the answer."""
RATIO_MAX = 200
"""A compressed body becomes at most this many times as long: batches of a game's events are 5 to 30 times as long."""
SMALL_PLAIN_BYTES = 1024 * 1024
"""So much a compressed body may become whatever its length: events that are all the same are 500 times as long."""
MEMBERS_MAX = 100
"""A gzip or zstd body may be several, one after the other (`cat a.gz b.gz`); at most so many."""


def has_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request with these headers has a body, be it empty."""
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in headers)


async def read_body(
    receive: Receive,
    headers: dict[bytes, bytes],
    reading_time: ReadingTime,
    room: Room,
    *,
    bytes_max: int = REQUEST_BYTES_MAX,
) -> bytes:
    """The body as sent, still compressed. It takes as much of the room as it has bytes: give them back.

    Raises `TooLarge`, `Unavailable` when there is no room for it, and `RequestTimeout` when it does not arrive in time
    or at all. Then it takes none.
    """
    length = int_or_zero(headers.get(b"content-length"))
    if length > DROPPED_BYTES_MAX:
        raise _too_large(bytes_max)
    task = reading_time.begin()
    try:
        return await _read(receive, length, bytes_max, room)
    except asyncio.CancelledError:
        if not reading_time.is_late(task):
            raise
        task.uncancel()
        raise RequestTimeout(f"The body did not arrive within {reading_time.seconds_max:g} seconds.") from None
    finally:
        reading_time.end(task)


async def _read(receive: Receive, length: int, bytes_max: int, room: Room) -> bytes:
    """`length` as the headers say; 0 when they do not."""
    chunks: list[bytes] = []
    size = 0
    had_room = True
    try:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                # Half of the connection may still be there. 408, as for all that did not arrive: send it again.
                raise RequestTimeout("The connection ended before the body was whole.")
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            # The HTTP server says in a message of its own that nothing follows. Who has it all need not wait for that.
            is_last = not message.get("more_body", False) or size == length
            if had_room and size <= bytes_max:
                had_room = room.take(len(chunk), whole=size)
            if had_room and size <= bytes_max:
                chunks.append(chunk)
                if is_last:
                    return chunk if len(chunks) == 1 else b"".join(chunks)
            else:
                _drop(chunks, room)
                if is_last or size > DROPPED_BYTES_MAX:
                    raise _too_large(bytes_max) if had_room else no_room()
    except BaseException:
        _drop(chunks, room)
        raise


def _drop(chunks: list[bytes], room: Room) -> None:
    room.give_back(sum(map(len, chunks)))
    chunks.clear()


def plain_bytes_max(body: bytes) -> int:
    """What a compressed body may become: a few bytes on the wire do not buy seconds of work."""
    return min(REQUEST_BYTES_MAX, max(SMALL_PLAIN_BYTES, RATIO_MAX * len(body)))


def decompress(body: bytes, encoding: bytes | None, bytes_max: int = REQUEST_BYTES_MAX) -> bytes:
    """The body in plain, at most `bytes_max` of it.

    Raises `EncodingUnknown`, `TooLarge`, or `Malformed` when it is not what its encoding says.
    """
    match (encoding or b"").strip().lower():
        case b"" | b"identity":
            plain = body
        case b"gzip" | b"x-gzip":
            plain = _inflate(body, zlib.MAX_WBITS | 16, bytes_max)
        case b"deflate":
            # RFC 9110 means the zlib format; some clients send the raw stream.
            wrapped = len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] * 256 + body[1]) % 31 == 0
            plain = _inflate(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, bytes_max)
        case b"zstd":
            plain = _zstd(body, bytes_max)
        case b"br":
            plain = _brotli(body, bytes_max)
        case unknown:
            raise EncodingUnknown(
                f"Content-Encoding {unknown.decode('latin-1')!r} is not spoken here. Send the body plain, or as gzip,"
                " deflate, zstd or br."
            )
    if len(plain) > bytes_max:
        raise _too_much(bytes_max)
    return plain


def _inflate(body: bytes, window_bits: int, bytes_max: int) -> bytes:
    plain = b""
    for _ in range(MEMBERS_MAX):
        inflater = zlib.decompressobj(window_bits)
        try:
            plain += inflater.decompress(body, bytes_max + 1 - len(plain))
            if len(plain) > bytes_max:
                raise _too_much(bytes_max)
            plain += inflater.flush()
        except zlib.error as error:
            raise Malformed(f"The body does not decompress: {error}.") from error
        if not inflater.eof:
            raise _too_short()
        body = inflater.unused_data
        if not body:
            return plain
    raise _too_many_members()


def _zstd(body: bytes, bytes_max: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    position = 0
    try:
        for _ in range(MEMBERS_MAX):
            # The window is what a frame makes the reader allocate: bounded, as the frame is the client's.
            decompressor = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).decompressobj()
            while not decompressor.eof:
                piece = body[position : position + ZSTD_PIECE_BYTES]
                if not piece:
                    raise _too_short()
                chunk = decompressor.decompress(piece)
                position += len(piece) - len(decompressor.unused_data)
                chunks.append(chunk)
                size += len(chunk)
                if size > bytes_max:
                    raise _too_much(bytes_max)
            if position == len(body):
                return b"".join(chunks)
    except zstandard.ZstdError as error:
        raise Malformed(f"The body does not decompress: {error}.") from error
    raise _too_many_members()


def _brotli(body: bytes, bytes_max: int) -> bytes:
    decompressor = brotli.Decompressor()
    chunks: list[bytes] = []
    size = 0
    try:
        chunk = decompressor.process(body, output_buffer_limit=CHUNK_BYTES)
        # It may have taken in all of the body and still hold back output: it is at its end when nothing comes.
        while chunk:
            chunks.append(chunk)
            size += len(chunk)
            if size > bytes_max:
                raise _too_much(bytes_max)
            if decompressor.is_finished():
                break
            chunk = decompressor.process(b"", output_buffer_limit=CHUNK_BYTES)
    except brotli.error as error:
        raise Malformed("The body does not decompress: it is not brotli.") from error
    if not decompressor.is_finished():
        raise _too_short()
    return b"".join(chunks)


def _too_short() -> Malformed:
    return Malformed("The compressed body ends too early.")


def _too_many_members() -> Malformed:
    return Malformed(f"The body is more than {MEMBERS_MAX} compressed parts, one after the other.")


def _too_large(bytes_max: int) -> TooLarge:
    return TooLarge(f"At most {bytes_max // 1024 // 1024} MiB fit into this request. Send several.")


def _too_much(bytes_max: int) -> TooLarge:
    """Of a compressed body."""
    mib_max = bytes_max / 1024 / 1024
    text = f"At most {mib_max:.3g} MiB fit into this request, also after decompression"
    if bytes_max < REQUEST_BYTES_MAX:
        return TooLarge(f"{text}: at most {RATIO_MAX} times what was sent. Compress less, or send it plain.")
    return TooLarge(f"{text}. Send several.")


def int_or_zero(value: bytes | None) -> int:
    return int(value) if value is not None and value.isdigit() else 0
