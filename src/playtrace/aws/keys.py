"""What is known of games and keys, where no registry can be asked: an object in S3, which a server writes.

It is what a collector keeps as `keys.json`: of keys hashes alone. Where players are refused it has the secret that
makes their hashes, so nobody but the functions and who writes it should be able to read it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
from collections.abc import Collection

import msgspec

from playtrace.aws.clients import AWAY, client, code_of
from playtrace.registry.errors import Invalid, RegistryAway
from playtrace.registry.key_snapshot import Snapshot
from playtrace.registry.known_keys import KnownKeys

log = logging.getLogger("playtrace.aws")

NOTHING = Snapshot(0, frozenset(), {}, {}, b"", {})
LOOK_PAUSE_S = 5.0
"""Keys that are not known may be made up: they are looked for so often, whoever brings them."""
NOT_CHANGED = ("304", "NotModified")
FORM = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>\S{1,1000})")


class KeysObject:
    """The object at `s3://bucket/key`."""

    def __init__(self, url: str) -> None:
        """Raises `ValueError`."""
        form = FORM.fullmatch(url)
        if form is None:
            raise ValueError("expected an address such as s3://bucket/keys.json")
        self.url = url
        self._where = {"Bucket": form["bucket"], "Key": form["key"]}
        self._etag: str | None = None

    def read(self) -> Snapshot | None:
        """None where it is what was read before. Raises `RegistryAway`."""
        known = {} if self._etag is None else {"IfNoneMatch": self._etag}
        try:
            answer = client("s3").get_object(**self._where, **known)
            snapshot = msgspec.json.decode(answer["Body"].read(), type=Snapshot)
        except AWAY as error:
            if code_of(error) in NOT_CHANGED:
                return None
            raise RegistryAway(f"{self.url} cannot be read: {error}") from error
        except msgspec.DecodeError as error:
            raise RegistryAway(f"{self.url} does not hold keys that this playtrace can read: {error}") from error
        self._etag = answer["ETag"]
        return snapshot

    def write(self, snapshot: Snapshot) -> None:
        """Whole, in place of what was there. Raises `RegistryAway`."""
        try:
            client("s3").put_object(**self._where, Body=msgspec.json.encode(snapshot), ContentType="application/json")
        except AWAY as error:
            raise RegistryAway(f"{self.url} cannot be written: {error}") from error


class PublishedKeys(KnownKeys):
    """As they were when the object was read last."""

    def __init__(self, kept: KeysObject, seconds_max: float) -> None:
        """Nothing is read yet: `refresh` before each piece of work."""
        super().__init__(NOTHING)
        self._kept = kept
        self._seconds_max = seconds_max
        self._read_at: float | None = None
        self._tried_at = 0.0
        self.trouble: str | None = None
        """Why what is known may be old, if so."""
        self._reading = threading.Lock()

    def refresh(self) -> None:
        """Reads what is older than it may be. While it cannot be read what was known counts on. Blocks."""
        if self._read_at is None or time.monotonic() - self._read_at > self._seconds_max:
            try:
                self._read()
                self.trouble = None
            except RegistryAway as error:
                self.trouble = str(error)
                log.error("keys cannot be read, what was known of them counts on", extra={"error": str(error)})

    def create(self, game_ids: Collection[str]) -> None:
        raise Invalid("id", "expected one of the games that there are: only a server makes new ones")

    async def look_again(self) -> None:
        # Before anything was read nobody's key is known, and none is wrong.
        if self._read_at is None or time.monotonic() - self._tried_at > LOOK_PAUSE_S:
            await asyncio.to_thread(self._read)

    def _read(self) -> None:
        """Raises `RegistryAway`."""
        with self._reading:
            self._tried_at = time.monotonic()
            snapshot = self._kept.read()
            if snapshot is not None:
                self._snapshot = snapshot
            self._read_at = time.monotonic()
