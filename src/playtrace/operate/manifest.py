"""What a backup says of itself: written last, so that what has one is finished.

    playtrace-backups.json       that this is a place of backups
    backups/ID.json              a manifest, and its checksum
    pieces/ab/abcd…              a piece of a file, compressed; its name is the SHA-256 of what it says

A manifest names for each file the list of its pieces, which is a piece itself. So its own checksum vouches for every
byte of the backup, and a piece that several backups have in common is there once.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import msgspec
from msgspec import Struct

FORMAT = 1
MARKER = "playtrace-backups.json"
BACKUPS = "backups"
PIECES = "pieces"
DIGEST_BYTES = 32


class BackupDamaged(Exception):
    """What a backup has is not what was written; the message says what of it."""


class BackupNewer(Exception):
    """A newer playtrace made it."""


class SavedFile(Struct, frozen=True):
    """A file of the data folder."""

    name: str
    bytes: int
    first_bytes: int
    """How long its first piece is; all others but the last have `piece_bytes`."""
    piece_bytes: int
    pieces: int
    index: str
    """The name of the piece that lists them: their digests, one behind the other."""

    def lengths(self) -> list[int]:
        """Of each piece."""
        first = min(self.first_bytes, self.bytes)
        found = [first] if first else []
        left = self.bytes - first
        found += [self.piece_bytes] * (left // self.piece_bytes)
        return [*found, left % self.piece_bytes] if left % self.piece_bytes else found


class Manifest(Struct, frozen=True):
    """One backup: files that belong together."""

    id: str
    began_at: dt.datetime
    """Whatever was acknowledged before is in it."""
    finished_at: dt.datetime
    playtrace: str
    """The version that made it; as the next ones."""
    duckdb: str
    sqlite: str
    store_schema: int
    journal_id: str
    store_offset: int
    """Up to here the journal is in the store; what is behind is in the journal."""
    journal_head: int
    """The offset of its last entry."""
    waiting_events: int
    """What is in its journal and not in its store."""
    rows: dict[str, int]
    """Of each table of the store."""
    registry: str
    """`included`, or what says where it is: then it is not."""
    damaged_blocks: list[int]
    """Of the store's file, where a checksum differed when it was made: it is no better than its source."""
    files: list[SavedFile]
    new_pieces: int
    """Which no earlier backup had."""
    new_bytes: int
    """Of these, as they are kept."""
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def events(self) -> int:
        return self.rows.get("events", 0)


class _Sealed(Struct, frozen=True):
    sha256: str
    manifest: msgspec.Raw


def name_of(backup_id: str) -> str:
    """Of its manifest."""
    return f"{BACKUPS}/{backup_id}.json"


def sealed(manifest: Manifest) -> bytes:
    text = msgspec.json.encode(manifest)
    return msgspec.json.encode(_Sealed(digest_of(text).hex(), msgspec.Raw(text)))


def opened(content: bytes, name: str) -> Manifest:
    """Raises `BackupDamaged` and `BackupNewer`."""
    try:
        found = msgspec.json.decode(content, type=_Sealed)
        if digest_of(bytes(found.manifest)).hex() != found.sha256:
            raise BackupDamaged(f"{name} is damaged: its checksum differs")
        said = msgspec.json.decode(found.manifest)
        if isinstance(said, dict) and said.get("format") != FORMAT:
            raise BackupNewer(f"{name} was written by another playtrace ({said.get('playtrace')}): install that.")
        return msgspec.json.decode(found.manifest, type=Manifest)
    except msgspec.DecodeError as error:
        raise BackupDamaged(f"{name} is damaged: {error}") from error


def digest_of(plain: bytes) -> bytes:
    return hashlib.sha256(plain).digest()


def piece_name(digest: bytes) -> str:
    name = digest.hex()
    return f"{PIECES}/{name[:2]}/{name}"
