"""Files as pieces, there and back: each is kept once, compressed, under the SHA-256 of what it says."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType

import zstandard

from playtrace.operate.manifest import (
    DIGEST_BYTES,
    PIECES,
    BackupDamaged,
    Manifest,
    SavedFile,
    digest_of,
    name_of,
    opened,
    piece_name,
)
from playtrace.operate.places import UNFINISHED, Place, Stored

PIECE_BYTES = 256 * 1024
"""A block of the store: what a checkpoint writes anew is copied, and nothing beside it."""
ZSTD_LEVEL = 1
"""Half of a store is left; a higher level takes twice as long for a fiftieth more."""


class PiecesWriter:
    """Puts pieces into a place that it does not have yet. A context manager: at its end all are there."""

    def __init__(self, place: Place, there: set[bytes]) -> None:
        """`there` are the pieces that it has; those that are written are added."""
        self._place = place
        self._there = there
        self._threads = ThreadPoolExecutor(place.writers, thread_name_prefix="pieces")
        # Bounds what is in memory.
        self._room = threading.BoundedSemaphore(2 * place.writers)
        self._compressors = threading.local()
        self._failed: BaseException | None = None
        self.asked: set[bytes] = set()
        """All that were to be there, since somebody emptied it."""
        self.new_pieces = 0
        self.new_bytes = 0
        self._counting = threading.Lock()

    def __enter__(self) -> PiecesWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=error is not None)
        if error is None:
            self._check()

    def put(self, plain: bytes) -> bytes:
        """Its digest. It may be written a little later. Raises `PlaceUnusable` for one that could not be."""
        digest = digest_of(plain)
        self.asked.add(digest)
        if digest not in self._there:
            self._there.add(digest)
            self._room.acquire()
            self._check()
            self._threads.submit(self._write, digest, plain).add_done_callback(self._written)
        return digest

    def wait(self) -> None:
        """Until all are there. Raises `PlaceUnusable`."""
        for _ in range(2 * self._place.writers):
            self._room.acquire()
        for _ in range(2 * self._place.writers):
            self._room.release()
        self._check()

    def _write(self, digest: bytes, plain: bytes) -> None:
        if not hasattr(self._compressors, "one"):
            self._compressors.one = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
        kept = self._compressors.one.compress(plain)
        self._place.write(piece_name(digest), kept)
        with self._counting:
            self.new_pieces += 1
            self.new_bytes += len(kept)

    def _written(self, done: Future[None]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            self._failed = error
        self._room.release()

    def _check(self) -> None:
        if self._failed is not None:
            raise self._failed


def save_file(
    path: Path,
    name: str,
    length: int,
    writer: PiecesWriter,
    *,
    first_bytes: int = 0,
    look: Callable[[int, bytes], None] = lambda place, plain: None,
) -> SavedFile:
    """The first `length` bytes of a file. `look` is shown each piece, with where it begins.

    Raises `PlaceUnusable`, and `OSError` where the file is shorter or cannot be read.
    """
    digests: list[bytes] = []
    lengths = SavedFile(name, length, first_bytes, PIECE_BYTES, 0, "").lengths()
    with path.open("rb", buffering=0) as file:
        place = 0
        for bytes_ in lengths:
            plain = file.read(bytes_)
            if len(plain) != bytes_:
                raise OSError(f"{path} ends after {place + len(plain):,} bytes, and had {length:,}")
            look(place, plain)
            digests.append(writer.put(plain))
            place += bytes_
    return SavedFile(name, length, first_bytes, PIECE_BYTES, len(digests), writer.put(b"".join(digests)).hex())


def pieces_there(place: Place) -> Iterator[tuple[bytes, Stored]]:
    """Each piece that a place has, by its digest. One without a byte is none. Raises `PlaceUnusable`."""
    for stored in place.stored(PIECES):
        if stored.bytes > 0 and not stored.name.endswith(UNFINISHED):
            # What else somebody put there is not ours.
            with suppress(ValueError):
                digest = bytes.fromhex(stored.name.rpartition("/")[2])
                if len(digest) == DIGEST_BYTES:
                    yield digest, stored


def manifest_of(place: Place, backup_id: str) -> Manifest | None:
    """None where there is none. Raises `BackupDamaged`, `BackupNewer` and `PlaceUnusable`."""
    content = place.read(name_of(backup_id))
    return None if content is None else opened(content, name_of(backup_id))


def read_piece(place: Place, digest: bytes, length: int) -> bytes:
    """What it says. Raises `BackupDamaged` and `PlaceUnusable`."""
    name = piece_name(digest)
    kept = place.read(name)
    if kept is None:
        raise BackupDamaged(f"{name} is missing")
    try:
        plain = zstandard.ZstdDecompressor().decompress(kept, max_output_size=length) if kept else b""
    except zstandard.ZstdError as error:
        raise BackupDamaged(f"{name} is damaged: {error}") from error
    if len(plain) != length or digest_of(plain) != digest:
        raise BackupDamaged(f"{name} is damaged: its checksum differs")
    return plain


def digests_of(place: Place, file: SavedFile) -> list[bytes]:
    """Of the pieces of a file. Raises `BackupDamaged` and `PlaceUnusable`."""
    index = read_piece(place, bytes.fromhex(file.index), file.pieces * DIGEST_BYTES)
    return [index[at : at + DIGEST_BYTES] for at in range(0, len(index), DIGEST_BYTES)]


def _read_part(place: Place, part: tuple[bytes, int]) -> bytes:
    return read_piece(place, *part)


def restore_file(place: Place, file: SavedFile, path: Path, on_bytes: Callable[[int], None]) -> None:
    """Write it, and tell how many bytes more are written. Raises `BackupDamaged`, `PlaceUnusable` and `OSError`."""
    with path.open("xb") as out, ThreadPoolExecutor(place.writers) as threads:
        parts = list(zip(digests_of(place, file), file.lengths(), strict=True))
        at_once = 4 * place.writers
        for start in range(0, len(parts), at_once):
            for plain in threads.map(partial(_read_part, place), parts[start : start + at_once]):
                out.write(plain)
                on_bytes(len(plain))
        out.flush()
        os.fsync(out.fileno())
