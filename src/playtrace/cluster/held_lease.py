"""A lease while it is held: renewed again and again, and good only as long as nobody else can have the share.

Whether it is good is asked of a clock that goes on while the machine sleeps, and never of the registry: who could not
renew it in time, because the registry was away, or this process or its machine stood still, has lost it for good.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress

from playtrace.registry.errors import RegistryError
from playtrace.registry.load_leases import LEASE_S, Lease
from playtrace.registry.registry import Registry

log = logging.getLogger("playtrace.cluster")

RENEW_S = 3.0
TRY_AGAIN_S = 0.5
MARGIN_S = 2.0
"""It is given up so long before another may take it: what is under way ends meanwhile."""


def clock() -> float:
    """Seconds that go on while the machine sleeps, where there is such a clock."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class HeldLease:
    """Renewed by a thread of its own from the start until `give_back`."""

    def __init__(self, registry: Registry, lease: Lease, *, taken_at: float) -> None:
        """`taken_at`, of `clock`, is before it was asked for."""
        self._registry = registry
        self.lease = lease
        self._good_until = taken_at + LEASE_S - MARGIN_S
        self._is_lost = False
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()

    def is_good(self) -> bool:
        """Once it is not, it never is again. For any thread."""
        if not self._is_lost and clock() >= self._good_until:
            self._is_lost = True
        return not self._is_lost

    def give_back(self) -> None:
        """For when nothing is written any more. Others may take it at once, unless it was lost before."""
        self._ending.set()
        self._thread.join()
        if self.is_good():
            with suppress(RegistryError):  # then it expires
                self._registry.load_leases.give_back(self.lease)
        self._is_lost = True

    def _renew(self) -> None:
        rest_s = RENEW_S
        while not self._ending.wait(rest_s) and self.is_good():
            asked_at = clock()
            try:
                is_renewed = self._registry.load_leases.renew(self.lease)
            except RegistryError as error:
                log.warning("a lease could not be renewed, will be tried again", extra={"error": str(error)})
                rest_s = TRY_AGAIN_S
                continue
            if not is_renewed:
                self._is_lost = True
                return
            if self.is_good():  # an answer that took too long does not bring it back
                self._good_until = asked_at + LEASE_S - MARGIN_S
            rest_s = RENEW_S
