"""The wire formats that events come in: the sending halves of the protocols."""

from __future__ import annotations

from typing import cast

from playtrace.collect.request import WireFormat
from playtrace.config import Settings
from playtrace.halves import halves


def load(settings: Settings) -> dict[str, WireFormat]:
    """Every wire format by its protocol's name. A module that has settings takes them in `configure`."""
    formats: dict[str, WireFormat] = {}
    for name, module in halves("sending").items():
        if hasattr(module, "configure"):
            formats[name] = module.configure(settings)
        else:
            formats[name] = cast(WireFormat, cast(object, module))
    return formats
