"""Wire formats: one module each, bytes in, Events out, reply out. Adding a module here adds its addresses."""

from __future__ import annotations

import importlib
import pkgutil
from typing import cast

from playtrace.collect.request import WireFormat
from playtrace.config import Settings


def load(settings: Settings) -> dict[str, WireFormat]:
    """Every wire format by its module's name. A module that has settings takes them in `configure`."""
    formats: dict[str, WireFormat] = {}
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        if hasattr(module, "configure"):
            formats[found.name] = module.configure(settings)
        else:
            formats[found.name] = cast(WireFormat, cast(object, module))
    return formats
