"""Whether a mirror could be: its database is connected to, and gets or has tables that we know."""

from __future__ import annotations

import time
from contextlib import closing

from playtrace.config import Settings
from playtrace.mirrors.follower import facts_of
from playtrace.mirrors.targets import make_target
from playtrace.registry.registry import Registry


def probe(url: str, mirror: str, settings: Settings, registry: Registry) -> float:
    """How many seconds it took. Raises `TargetError`, with a sentence."""
    began = time.monotonic()
    with closing(make_target(url, mirror, settings, lambda: facts_of(registry))) as target:
        target.open()
    return time.monotonic() - began
