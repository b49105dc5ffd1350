"""Where backups lie: a folder, or a bucket that speaks S3. Both keep objects by name, whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from msgspec import Struct


class PlaceUnusable(Exception):
    """The place of the backups cannot be read or written; the message says why."""


class Stored(Struct, frozen=True):
    """An object of a place."""

    name: str
    bytes: int
    changed_at: dt.datetime


class Place(Protocol):
    address: str
    """For people: nothing secret is in it."""
    writers: int
    """How many writes are worth being on their way at once."""

    def stored(self, under: str) -> Iterator[Stored]:
        """All objects whose names begin with `under` and a slash; without it all at the top. Raises `PlaceUnusable`."""
        ...

    def read(self, name: str) -> bytes | None:
        """None where there is none. Raises `PlaceUnusable`."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Whole or not at all, in place of one of that name. Raises `PlaceUnusable`."""
        ...

    def settle(self) -> None:
        """All that was written has its name on the disk too, also after a power cut. Raises `PlaceUnusable`."""
        ...

    def remove(self, name: str) -> None:
        """Raises `PlaceUnusable`."""
        ...


def is_bucket(address: str) -> bool:
    return address.startswith("s3://")


def place_of(address: str) -> Place:
    """Raises `PlaceUnusable`."""
    return Bucket(address) if is_bucket(address) else Folder(Path(address))


def shown(address: str) -> str:
    """An address without a secret that may be in it."""
    if not is_bucket(address):
        return address
    parts = urlsplit(address)
    return f"s3://{parts.netloc.rpartition('@')[2]}{parts.path}"


UNFINISHED = ".unfinished"


class Folder:
    """A folder; network file systems are as good as their sync is."""

    writers = 8
    """Each mostly waits for the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.address = str(path)

    def stored(self, under: str) -> Iterator[Stored]:
        folder = self._path / under
        try:
            files = sorted(folder.rglob("*") if under else folder.iterdir())
        except FileNotFoundError:
            return
        except OSError as error:
            raise PlaceUnusable(f"{folder} cannot be read: {error.strerror or error}.") from error
        for file in files:
            # One may go meanwhile.
            with suppress(FileNotFoundError):
                if file.is_file():
                    found = file.stat()
                    changed_at = dt.datetime.fromtimestamp(found.st_mtime, dt.UTC)
                    yield Stored(file.relative_to(self._path).as_posix(), found.st_size, changed_at)

    def read(self, name: str) -> bytes | None:
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PlaceUnusable(f"{self._path / name} cannot be read: {error.strerror or error}.") from error

    def write(self, name: str, content: bytes) -> None:
        path = self._path / name
        unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}{UNFINISHED}")
        try:
            if not path.parent.is_dir():
                # As secret as the data folder.
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise PlaceUnusable(f"{path} cannot be written: {error.strerror or error}.") from error

    def settle(self) -> None:
        # One by one they would cost as much as what is in the files.
        for folder in (self._path, *(path for path in self._path.rglob("*") if path.is_dir())):
            sync_folder(folder)

    def remove(self, name: str) -> None:
        try:
            (self._path / name).unlink(missing_ok=True)
        except OSError as error:
            raise PlaceUnusable(f"{self._path / name} cannot be removed: {error.strerror or error}.") from error


def sync_folder(folder: Path) -> None:
    """A name that was given is on the disk too. Windows has no such thing."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


TOLD_BY_S3 = {
    "NO_SUCH_BUCKET": "There is no such bucket. Make it first: playtrace makes none",
    "ACCESS_DENIED": "These credentials may not do that, or are wrong. They are those of the environment of the process"
    " that does it, AWS_ACCESS_KEY_ID and the like: of the server, where one runs",
    "INVALID_ACCESS_KEY_ID": "It does not know AWS_ACCESS_KEY_ID of the environment of the process that asks",
    "SIGNATURE_DOES_NOT_MATCH": "AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID",
    "NETWORK_CONNECTION": "It does not answer, or the connection broke",
}
"""What of its errors people meet, and what to do about them."""


class Bucket:
    """`s3://bucket/path`, with the options of the address that pyarrow knows (`endpoint_override`, `scheme`, `region`).

    Credentials are those of the environment, as every program for S3 finds them.
    """

    writers = 16

    def __init__(self, address: str) -> None:
        # Only here: it takes a while, and most have a folder.
        from pyarrow import fs

        self.address = shown(address)
        self._selector: Callable[..., Any] = fs.FileSelector
        self._file_type: Any = fs.FileType.File
        try:
            self._files, self._path = fs.FileSystem.from_uri(_with_one_request_a_write(address))
        except (OSError, ValueError) as error:
            raise PlaceUnusable(f"{self.address} is not an address of a bucket: {error}") from error

    def stored(self, under: str) -> Iterator[Stored]:
        folder = f"{self._path}/{under}".rstrip("/")
        selector = self._selector(folder, allow_not_found=True, recursive=bool(under))
        for info in self._done(partial(self._files.get_file_info, selector), under):
            if info.type == self._file_type:
                yield Stored(info.path.removeprefix(self._path).lstrip("/"), info.size, info.mtime)

    def read(self, name: str) -> bytes | None:
        def read() -> bytes | None:
            try:
                with self._files.open_input_file(f"{self._path}/{name}") as file:
                    return file.read()
            except FileNotFoundError:
                return None

        return self._done(read, name)

    def write(self, name: str, content: bytes) -> None:
        def write() -> None:
            with self._files.open_output_stream(f"{self._path}/{name}") as file:
                file.write(content)

        self._done(write, name)

    def settle(self) -> None:
        """A bucket has what it took."""

    def remove(self, name: str) -> None:
        def remove() -> None:
            with suppress(FileNotFoundError):
                self._files.delete_file(f"{self._path}/{name}")

        self._done(remove, name)

    def _done(self, what: Callable[[], Any], name: str) -> Any:
        try:
            return what()
        except OSError as error:
            reason = next((why for code, why in TOLD_BY_S3.items() if code in str(error)), None)
            told = f"{error}" if reason is None else f"{reason} ({error})"
            raise PlaceUnusable(f"{self.address}/{name}: {told}") from error


def _with_one_request_a_write(address: str) -> str:
    """Else each object takes three: its upload is begun, written, and ended."""
    option = "allow_delayed_open"
    return address if f"{option}=" in address else f"{address}{'&' if '?' in address else '?'}{option}=true"
