"""Where games send to, of the program itself: what stands in front of collectors and askers has the same lists."""

from __future__ import annotations

from playtrace.collect import wire_formats
from playtrace.collect.stream import PATH as STREAM_PATH
from playtrace.config import Settings

__all__ = ["SENDING_PATHS", "STREAM_PATH"]

SENDING_PATHS = {path for wire_format in wire_formats.load(Settings()).values() for _, path in wire_format.ROUTES}
