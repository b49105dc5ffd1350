"""A server tells the functions what it knows of games and keys."""

from __future__ import annotations

from playtrace.aws.keys import KeysObject
from playtrace.registry.key_ring import snapshot_of
from playtrace.registry.registry import Registry


class KeysPublisher:
    def __init__(self, registry: Registry, url: str) -> None:
        self._registry = registry
        self._kept = KeysObject(url)
        self._revision: int | None = None
        """Of what was written last."""

    def publish(self) -> None:
        """Writes what is known now, unless that was written. Raises `RegistryError`."""
        if self._registry.revision() != self._revision:
            snapshot = snapshot_of(self._registry)
            self._kept.write(snapshot)
            self._revision = snapshot.revision
