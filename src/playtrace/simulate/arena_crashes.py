"""What goes wrong in the arena game: its crashes and its lesser errors, with their stacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from playtrace.event import Properties, PropertyLevel7

CRASHING_VERSION: Final = "1.2.0"
CRASHING_PLATFORM: Final = "android"
CRASH_CHANCE: Final = 0.012
"""Chance of a crash in a session, anywhere else."""
PLANTED_CRASH_CHANCE: Final = 0.16
"""Planted: the chance on `CRASHING_PLATFORM` with `CRASHING_VERSION`; the version after it has it mended."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A defect of the game. Every report of it has the same title, exception and stack."""

    title: str
    exception: str
    stack: tuple[tuple[str, str, str, int], ...]
    """Innermost frame first: module, function, file, line."""

    def properties(self, report_class: str) -> Properties:
        frames: list[PropertyLevel7] = [
            {"module": module, "function": function, "file": file, "line": line, "in_app": module == "arena"}
            for module, function, file, line in self.stack
        ]
        return {"title": self.title, "exception": self.exception, "class": report_class, "stack_trace": frames}


_MAIN = ("arena", "Game::run", "game.cpp", 118)
_TICK = ("arena", "World::tick", "world.cpp", 342)

PLANTED_CRASH: Final = Fault(
    "Out of memory while streaming textures",
    "OutOfMemory",
    (
        ("libc", "abort", "abort.c", 79),
        ("arena", "TextureStreamer::upload", "texture_streamer.cpp", 211),
        ("arena", "Renderer::draw", "renderer.cpp", 97),
        _MAIN,
    ),
)
CRASHES: Final = (
    Fault(
        "Access violation in projectile hit",
        "AccessViolation",
        (("arena", "Projectile::hit", "projectile.cpp", 64), _TICK, _MAIN),
    ),
    Fault(
        "Stack overflow in path search",
        "StackOverflow",
        (
            ("arena", "PathSearch::expand", "path_search.cpp", 156),
            ("arena", "Bot::think", "bot.cpp", 88),
            _TICK,
            _MAIN,
        ),
    ),
    Fault(
        "Device lost",
        "DeviceLost",
        (("gpu", "present", "swapchain.c", 402), ("arena", "Renderer::present", "renderer.cpp", 133), _MAIN),
    ),
)
ERRORS: Final = (
    Fault("Match server did not answer", "Timeout", (("arena", "Lobby::join", "lobby.cpp", 75), _MAIN)),
    Fault("Sound bank missing", "FileNotFound", (("arena", "Audio::load", "audio.cpp", 41), _MAIN)),
)
