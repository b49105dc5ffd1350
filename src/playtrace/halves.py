"""The halves of the wire protocols in `protocols/`, found by their place: a folder that is added there is served."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Literal

PROTOCOLS = "playtrace.protocols"

Half = Literal["layout", "sending", "reading", "settings"]


def halves(half: Half) -> dict[str, ModuleType]:
    """That half of each protocol that has it, by the protocol's name. Nothing else of a protocol is imported."""
    found: dict[str, ModuleType] = {}
    for protocol in pkgutil.iter_modules(importlib.import_module(PROTOCOLS).__path__):
        place = importlib.import_module(f"{PROTOCOLS}.{protocol.name}").__path__
        if any(module.name == half for module in pkgutil.iter_modules(place)):
            found[protocol.name] = importlib.import_module(f"{PROTOCOLS}.{protocol.name}.{half}")
    return found
