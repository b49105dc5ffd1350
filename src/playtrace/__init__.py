"""playtrace: the telemetry and analytics platform that a game studio runs itself."""

from importlib.metadata import version

__version__ = version("playtrace")
