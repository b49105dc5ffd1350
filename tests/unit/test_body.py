"""The bytes of a request: every encoding, its bombs and its damages; slow and vanishing clients."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from playtrace.collect.body import DROPPED_BYTES_MAX, MEMBERS_MAX, decompress, read_body
from playtrace.collect.reading_time import ReadingTime
from playtrace.collect.room import SMALL_BYTES, Room
from playtrace.event import REQUEST_BYTES_MAX
from playtrace.problems import EncodingUnknown, Malformed, Problem, RequestTimeout, TooLarge, Unavailable

PLAIN = b'[{"name":"level_start"},{"name":"level_complete"}]' * 50


def raw_deflate(plain: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(plain) + compressor.flush()


def zstd(plain: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(plain)


def zstd_without_size(plain: bytes) -> bytes:
    compressor = zstandard.ZstdCompressor().compressobj()
    return compressor.compress(plain) + compressor.flush()


ENCODINGS: list[tuple[bytes, Callable[[bytes], bytes]]] = [
    (b"gzip", gzip.compress),
    (b"x-gzip", gzip.compress),
    (b"deflate", zlib.compress),
    (b"deflate", raw_deflate),
    (b"zstd", zstd),
    (b"zstd", zstd_without_size),
    (b"br", brotli.compress),
]
encodings = pytest.mark.parametrize(
    ("encoding", "compress"), ENCODINGS, ids=["gzip", "x-gzip", "zlib", "raw deflate", "zstd", "zstd stream", "br"]
)


@pytest.mark.parametrize("encoding", [None, b"", b"identity"])
def test_plain(encoding: bytes | None):
    assert decompress(PLAIN, encoding) == PLAIN


@encodings
def test_every_encoding(encoding: bytes, compress: Callable[[bytes], bytes]):
    assert decompress(compress(PLAIN), encoding) == PLAIN
    assert decompress(compress(b""), encoding) == b""
    assert decompress(compress(PLAIN), encoding.upper()) == PLAIN


@encodings
def test_as_large_as_a_request_may_be_and_a_byte_more(encoding: bytes, compress: Callable[[bytes], bytes]):
    assert len(decompress(compress(b" " * REQUEST_BYTES_MAX), encoding)) == REQUEST_BYTES_MAX
    with pytest.raises(TooLarge):
        decompress(compress(b" " * (REQUEST_BYTES_MAX + 1)), encoding)


@encodings
def test_a_bomb_is_refused(encoding: bytes, compress: Callable[[bytes], bytes]):
    with pytest.raises(TooLarge):
        decompress(compress(bytes(40 * 1024 * 1024)), encoding)


@encodings
def test_cut_anywhere_it_is_refused_and_never_taken_in_part(encoding: bytes, compress: Callable[[bytes], bytes]):
    body = compress(PLAIN)
    for length in range(len(body)):
        with pytest.raises(Malformed):
            decompress(body[:length], encoding)


@encodings
def test_what_is_something_else_is_refused(encoding: bytes, compress: Callable[[bytes], bytes]):
    with pytest.raises(Malformed):
        decompress(b"\x01" + PLAIN, encoding)
    with pytest.raises(Malformed):
        decompress(compress(PLAIN) + b"and something behind it", encoding)


@given(st.sampled_from(ENCODINGS), st.binary(max_size=200), st.data())
def test_damaged_bytes_raise_nothing_else(
    encoding: tuple[bytes, Callable[[bytes], bytes]], noise: bytes, data: st.DataObject
):
    name, compress = encoding
    body = bytearray(compress(PLAIN))
    at = data.draw(st.integers(0, len(body)))
    body[at : at + len(noise)] = noise
    for damaged in (bytes(body), noise):
        with contextlib.suppress(Problem):
            assert len(decompress(damaged, name)) <= REQUEST_BYTES_MAX


@pytest.mark.parametrize(("encoding", "compress"), [(b"gzip", gzip.compress), (b"zstd", zstd)])
def test_several_members_are_read_whole(encoding: bytes, compress: Callable[[bytes], bytes]):
    lines = [b'{"name":"a"}\n', b'{"name":"b"}\n', b""]
    assert decompress(b"".join(map(compress, lines)), encoding) == b"".join(lines)
    assert decompress(compress(b"x") * MEMBERS_MAX, encoding) == b"x" * MEMBERS_MAX
    with pytest.raises(Malformed, match="parts"):
        decompress(compress(b"x") * (MEMBERS_MAX + 1), encoding)
    with pytest.raises(TooLarge):
        decompress(compress(b" " * (REQUEST_BYTES_MAX // 2)) * 3, encoding)


@pytest.mark.parametrize("encoding", [b"compress", b"gzip, gzip", b"rot13", b"\xff", b"zstd;q=1"])
def test_an_encoding_that_is_not_spoken_is_named(encoding: bytes):
    with pytest.raises(EncodingUnknown, match="is not spoken here"):
        decompress(PLAIN, encoding)


def test_a_zstd_frame_that_wants_a_huge_window_is_refused():
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = compressor.compress(PLAIN) + compressor.flush()
    with pytest.raises(Malformed):
        decompress(body, b"zstd")


# ── arriving ─────────────────────────────────────────────────────────────────────────────────────────────


def messages(*parts: dict[str, Any]) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
    """An ASGI `receive` that gives these, then nothing for ever."""
    waiting = list(parts)

    async def receive() -> MutableMapping[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


def part(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def arrive(*parts: dict[str, Any], headers: dict[bytes, bytes] | None = None, seconds_max: float = 5.0) -> bytes:
    """With room for more than one; what was taken of it is what arrived, if anything."""
    room = Room(2 * DROPPED_BYTES_MAX)
    body = b""
    try:
        body = asyncio.run(read_body(messages(*parts), headers or {}, ReadingTime(seconds_max), room))
    finally:
        assert room.bytes_taken == len(body)
    return body


def test_a_body_in_one_piece_and_in_many():
    assert arrive(part(b"abc", more=False)) == b"abc"
    assert arrive(part(b"a", more=True), part(b"", more=True), part(b"bc", more=False)) == b"abc"
    assert arrive({"type": "http.request"}) == b""


def test_a_body_that_is_too_large():
    megabyte = part(bytes(1024 * 1024), more=True)
    assert len(arrive(*[megabyte] * 5, part(b"", more=False))) == REQUEST_BYTES_MAX
    with pytest.raises(TooLarge):
        arrive(*[megabyte] * 5, part(b"x", more=False))
    with pytest.raises(TooLarge):
        arrive(part(bytes(REQUEST_BYTES_MAX + 1), more=False))


def test_a_body_that_is_far_too_large_is_not_read_to_its_end():
    with pytest.raises(TooLarge):
        arrive(headers={b"content-length": str(DROPPED_BYTES_MAX + 1).encode()})
    with pytest.raises(TooLarge):
        arrive(*[part(bytes(1024 * 1024), more=True)] * (DROPPED_BYTES_MAX // 1024 // 1024 + 1))


def test_a_body_that_does_not_come_is_not_waited_for():
    with pytest.raises(RequestTimeout, match=r"within 0\.05 seconds"):
        arrive(part(b"a", more=True), seconds_max=0.05)


def test_a_client_that_goes_away():
    with pytest.raises(RequestTimeout, match="ended"):
        arrive({"type": "http.disconnect"})
    with pytest.raises(RequestTimeout, match="ended"):
        arrive(part(b"a", more=True), {"type": "http.disconnect"})


def test_a_body_for_which_there_is_no_room_is_read_to_its_end_and_not_kept():
    room = Room(10)
    assert room.take(6, whole=6)
    small, rest = b"x" * SMALL_BYTES, b"y"

    def read(*parts: dict[str, Any]) -> bytes:
        return asyncio.run(read_body(messages(*parts), {}, ReadingTime(5.0), room))

    with pytest.raises(Unavailable):
        read(part(small, more=True), part(rest, more=True), part(rest, more=False))
    assert room.bytes_taken == 6
    assert read(part(small, more=False)) == small
    room.give_back(len(small))
    room.bytes_max = 2 * SMALL_BYTES
    assert read(part(small, more=True), part(rest, more=False)) == small + rest
    assert room.bytes_taken == 6 + SMALL_BYTES + 1
