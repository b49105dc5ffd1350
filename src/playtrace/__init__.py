"""playtrace: the telemetry and analytics platform that a game studio runs itself.

`from playtrace import Client` is for programs that ask, and games that send (docs/python.md). It imports nothing that
the server is made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playtrace.client.client import Client as Client

__version__: str

__all__ = ["Client", "__version__"]


def __getattr__(name: str) -> Any:
    # Only when it is asked for: each takes longer than all that a command does before it.
    if name == "Client":
        from playtrace.client.client import Client

        return Client
    if name == "__version__":
        from importlib.metadata import version

        return version("playtrace")
    raise AttributeError(f"module 'playtrace' has no attribute {name!r}")
