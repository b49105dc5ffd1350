"""`jwc.v1` as events: one for each that is sent, its `m` as properties, `ext` as the version."""

from __future__ import annotations

DEFAULT_GAME = "jwc"
SCHEMA = "jwc.v1"
SOURCE = "jwc.v1"
