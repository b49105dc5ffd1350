"""Events of files to a server, a part at a time, until it has them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import quote

import msgspec
import zstandard
from msgspec import Struct, field

from playtrace.client.errors import Refused as ServerSaidNo
from playtrace.client.errors import TryLater, Unreachable
from playtrace.client.events import until_answered
from playtrace.client.http import Http
from playtrace.event import SAMPLE_BYTES_MAX
from playtrace.imports.errors import ImportFailed
from playtrace.imports.reading import Read, Reading, Refused

PART_ROWS = 5_000
PART_BYTES = 3 * 1024 * 1024
"""Of a part before it is compressed."""
SENT_BYTES_MAX = 900_000
"""Of a part as it is sent: the server takes a little more. A larger one is sent as two."""
SHOWN_PER_PART = 10
"""Refused rows of a part that are told to the server with what they are; the others are counted."""
RETRY_SECONDS_MAX = 180.0
PAUSE_S_MAX = 10.0
"""Between two tries: somebody looks at the bar."""
TIMEOUT_S = 60.0
NOT_FOUND = 404
REASONS_KEPT = 20


class Figures(Struct, rename="camel"):
    """What the server says of an import."""

    rows_done: int = 0
    is_done: bool = False
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    refused: int = 0


class Progress(Struct):
    """How far an import is."""

    rows: int = 0
    bytes: int = 0
    """Of the files."""
    reasons: Counter[str] = field(default_factory=Counter[str])
    """Why rows were refused: the first different ones."""
    first_refused: dict[str, tuple[int, str]] = {}
    """Of each reason the first row, and what it says."""

    def refuse(self, row: int, refused: Refused) -> None:
        if refused.error in self.reasons or len(self.reasons) < REASONS_KEPT:
            self.reasons[refused.error] += 1
            self.first_refused.setdefault(refused.error, (row, refused.sample))


class Tell(Protocol):
    def __call__(self, progress: Progress, /) -> None: ...


class Target:
    """A game of a server that an import goes into."""

    def __init__(self, url: str, token: str, game_id: str, import_id: str, name: str) -> None:
        self._http = Http(url, TIMEOUT_S)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._path = f"/api/games/{quote(game_id, safe='')}/imports/{import_id}"
        self._name = name
        self._compressor = zstandard.ZstdCompressor(level=3)

    def figures(self) -> Figures:
        """What the server has of it, when that is loaded. Raises `ImportFailed`."""
        try:
            return msgspec.json.decode(self._ask("GET"), type=Figures)
        except ServerSaidNo as error:
            if error.status == NOT_FOUND and "Nothing was imported" in str(error):
                return Figures()
            raise ImportFailed(str(error)) from error

    def send(self, reads: list[Read], after: int, *, is_last: bool) -> None:
        """Rows one behind the other, the first of which stands behind `after`. Raises `ImportFailed`."""
        body = self._compressor.compress(_body(self._name, reads, after, is_last=is_last))
        if len(body) > SENT_BYTES_MAX and len(reads) > 1:
            middle = len(reads) // 2
            self.send(reads[:middle], after, is_last=False)
            self.send(reads[middle:], reads[middle - 1].row, is_last=is_last)
            return
        try:
            self._ask("POST", body, {"Content-Type": "application/json", "Content-Encoding": "zstd"})
        except ServerSaidNo as error:
            raise ImportFailed(str(error)) from error

    def _ask(self, method: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        """Again and again while the server is away or busy. Raises `Refused` of the client, and `ImportFailed`."""
        all_headers = {**self._headers, **(headers or {})}
        try:
            return until_answered(
                lambda _: self._http.ask(method, self._path, body, all_headers).body,
                retry_seconds_max=RETRY_SECONDS_MAX,
                pause_s_max=PAUSE_S_MAX,
            )
        except (Unreachable, TryLater) as error:
            raise ImportFailed(f"{error} The import goes on where it is when it is run again.") from error

    def close(self) -> None:
        self._http.close()


def send_all(reading: Reading, target: Target, after: int, tell: Tell) -> Progress:
    """Everything behind the first `after` rows. The next part is read while one is on its way.

    Raises `ImportFailed`: what was sent until then is there, and the next run goes on behind it.
    """
    progress = Progress(rows=after)
    with ThreadPoolExecutor(1, thread_name_prefix="import") as executor:
        under_way: Future[None] | None = None
        sent_to = after
        part: list[Read] = []
        try:
            for part in _parts(reading.rows(after)):
                _wait(under_way)
                under_way = executor.submit(target.send, part, sent_to, is_last=False)
                sent_to = part[-1].row
                _note(progress, part, reading)
                tell(progress)
        finally:
            # What was read before a file turned out to be broken is sent all the same.
            _wait(under_way)
        target.send([], sent_to, is_last=True)
    return progress


def _wait(under_way: Future[None] | None) -> None:
    if under_way is not None:
        under_way.result()


def _note(progress: Progress, part: list[Read], reading: Reading) -> None:
    progress.rows = part[-1].row
    progress.bytes = reading.bytes_done
    for read in part:
        if read.refused is not None:
            progress.refuse(read.row, read.refused)


def _parts(reads: Iterator[Read]) -> Iterator[list[Read]]:
    part: list[Read] = []
    size = 0
    try:
        for read in reads:
            part.append(read)
            size += len(read.event or b"")
            if len(part) >= PART_ROWS or size >= PART_BYTES:
                yield part
                part, size = [], 0
    except ImportFailed:
        if part:
            yield part
        raise
    if part:
        yield part


def _body(name: str, reads: list[Read], after: int, *, is_last: bool) -> bytes:
    document: dict[str, Any] = {
        "name": name,
        "after": after,
        "upto": reads[-1].row if reads else after,
        "events": [msgspec.Raw(read.event) for read in reads if read.event is not None],
        "is_last": is_last,
    }
    refused = [read.refused for read in reads if read.refused is not None]
    if refused:
        shown = [
            {"reason": one.reason, "error": one.error[:500], "sample": _cut(one.sample)}
            for one in refused[:SHOWN_PER_PART]
        ]
        counted = Counter(one.reason for one in refused[SHOWN_PER_PART:])
        document["refused"] = shown + [
            {"reason": reason, "error": "", "rows": rows} for reason, rows in counted.items()
        ]
    return msgspec.json.encode(document)


def _cut(sample: str) -> str:
    return sample.encode()[:SAMPLE_BYTES_MAX].decode("utf-8", "ignore")
