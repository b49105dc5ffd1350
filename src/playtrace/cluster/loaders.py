"""Who loads which share at the moment, as the registry tells, and a way to hand on to each."""

from __future__ import annotations

import asyncio

from playtrace.registry.load_leases import Lease
from playtrace.registry.registry import Registry
from playtrace.serving.forwarded import Reading
from playtrace.serving.relay import Relay

LOOK_S = 1.0


class Loaders:
    """`look` is a job; everything else is for one event loop."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._leases: dict[int, Lease] = {}
        """Those that are good, as of a moment ago."""
        self._relays: dict[tuple[int, int], Relay] = {}
        """By share and epoch."""

    def look(self) -> None:
        """Raises `RegistryError`; then those are believed that were known: who could not renew a lease gives it up."""
        self._leases = {lease.share: lease for lease in self._registry.load_leases.all() if lease.is_good}

    def of_share(self, share: int) -> Lease | None:
        """None while nobody has it."""
        return self._leases.get(share)

    def is_current(self, lease: Lease) -> bool:
        known = self._leases.get(lease.share)
        return known is not None and known.epoch == lease.epoch

    def relay_to(self, lease: Lease) -> Relay:
        key = lease.share, lease.epoch
        if key not in self._relays:
            for old in [one for one in self._relays if one[0] == lease.share]:
                asyncio.get_running_loop().create_task(self._relays.pop(old).close())
            self._relays[key] = Relay(reading_of(lease))
        return self._relays[key]

    async def close(self) -> None:
        for relay in self._relays.values():
            await relay.close()


def reading_of(lease: Lease) -> Reading:
    host, _, port = lease.held_by.address.rpartition(":")
    return Reading(int(port), lease.held_by.secret, host.strip("[]"))
