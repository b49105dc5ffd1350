"""Files, folders and addresses: which files an import has, in which order, and how they are opened."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from msgspec import Struct

from playtrace.imports.errors import ImportFailed

ENDINGS = (".ndjson", ".jsonl", ".json", ".csv", ".tsv", ".parquet", ".arrow")
COMPRESSED = (".gz", ".zst")
BEGINNING_BYTES = 256 * 1024
"""What files are told apart by, beside their size."""
URL_SECONDS_MAX = 60.0


class Source(Struct, frozen=True):
    """One file."""

    name: str
    """Within the import."""
    place: str
    """Path or URL."""
    bytes: int | None
    """None where the server of an address does not say."""

    @property
    def is_url(self) -> bool:
        return is_url(self.place)

    @property
    def path(self) -> Path:
        return Path(self.place)


def is_url(place: str) -> bool:
    return place.startswith(("http://", "https://"))


def sources_of(places: Sequence[str]) -> list[Source]:
    """All files of these files, folders and URLs; those of a folder in the order of their names.

    Raises `ImportFailed`.
    """
    found: list[Source] = []
    for place in places:
        if is_url(place):
            found.append(Source(Path(urlsplit(place).path).name or place, place, None))
            continue
        path = Path(place)
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.is_file() and _is_of_events(file))
            if not files:
                raise ImportFailed(
                    f"{place} has no file that ends with {', '.join(ENDINGS)}, or .gz or .zst behind it."
                )
            found += [Source(str(file.relative_to(path)), str(file), file.stat().st_size) for file in files]
        elif path.is_file():
            found.append(Source(path.name, str(path), path.stat().st_size))
        else:
            raise ImportFailed(f"There is no file or folder {place}.")
    if not found:
        raise ImportFailed("Name a file, a folder or a URL.")
    return found


def _is_of_events(path: Path) -> bool:
    suffixes = [suffix for suffix in path.suffixes if suffix not in COMPRESSED]
    return bool(suffixes) and suffixes[-1].lower() in ENDINGS and not path.name.startswith(".")


def identity(sources: Sequence[Source], *others: str) -> str:
    """Tells these files, read in this way, from all others: their names, sizes and beginnings."""
    digest = hashlib.blake2b(digest_size=16)
    for source in sources:
        digest.update(f"\n{source.name}\n{source.bytes}\n".encode())
        if source.is_url:
            digest.update(source.place.encode())
        else:
            with source.path.open("rb") as file:
                digest.update(file.read(BEGINNING_BYTES))
    for other in others:
        digest.update(f"\n{other}\n".encode())
    return digest.hexdigest()


@contextmanager
def opened(source: Source) -> Generator[IO[bytes]]:
    """Its bytes. Raises `ImportFailed`."""
    try:
        if not source.is_url:
            with source.path.open("rb") as file:
                yield file
            return
        # An admin typed it, on their own machine; only http and https come here.
        with urllib.request.urlopen(source.place, timeout=URL_SECONDS_MAX) as answer:  # noqa: S310
            yield answer
    except urllib.error.URLError as error:
        raise ImportFailed(f"{source.place} cannot be read: {error}.") from error
    except OSError as error:
        if type(error).__name__ == "BadGzipFile":
            raise
        raise ImportFailed(f"{source.place} cannot be read: {error}.") from error


@contextmanager
def as_file(source: Source, stream: IO[bytes]) -> Generator[Path]:
    """A path to it: what comes from an address is copied first, as one cannot jump in it."""
    if not source.is_url:
        yield source.path
        return
    # A folder: Windows opens no temporary file a second time.
    with tempfile.TemporaryDirectory(prefix="playtrace-import-") as folder:
        copy = Path(folder) / "copied.parquet"
        with copy.open("xb") as file:
            shutil.copyfileobj(stream, file)
        yield copy
