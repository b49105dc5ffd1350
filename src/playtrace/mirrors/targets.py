"""Which target an address belongs to. A target's module is imported when one is needed: its driver is an extra.

The module has `make_target(url, mirror, settings, games)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from playtrace.config import Settings
from playtrace.mirrors.target import DriverMissing, GamesNow, Target, TargetUnusable

MakeTarget = Callable[[str, str, Settings, GamesNow], Target[Any]]

MODULES = {
    "postgresql": "playtrace.mirrors.postgresql.target",
    "postgres": "playtrace.mirrors.postgresql.target",
    "mysql": "playtrace.mirrors.mysql.target",
    "mariadb": "playtrace.mirrors.mysql.target",
    "mongodb": "playtrace.mirrors.mongodb.target",
    "mongodb+srv": "playtrace.mirrors.mongodb.target",
    "file": "playtrace.mirrors.lake.target",
    "s3": "playtrace.mirrors.lake.target",
}
"""By the scheme of an address."""
DRIVERS = {
    "psycopg": "postgresql",
    "psycopg_binary": "postgresql",
    "pymysql": "mysql",
    "pymongo": "mongodb",
    "pyiceberg": "lake",
}
"""Which extra has a package."""


def scheme_of(url: str) -> str:
    """Raises `TargetUnusable` for what no target is there for; nothing of the address is quoted but its scheme."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", url)
    if match is None:
        raise TargetUnusable(f"Expected an address such as postgresql://user@host/database; one of {_known()}.")
    scheme = match[1].lower()
    if scheme not in MODULES:
        raise TargetUnusable(f"There is no mirror to {scheme}://; expected one of {_known()}.")
    return scheme


def family_of(url: str) -> str:
    """What kind of database that is, in one word, whatever its scheme is called. Raises `TargetUnusable`."""
    return MODULES[scheme_of(url)].split(".")[2]


def make_target(url: str, mirror: str, settings: Settings, games: GamesNow) -> Target[Any]:
    """The target at an address, for the mirror of this name; not connected yet.

    Raises `TargetUnusable`, and `DriverMissing` where its driver is not installed.
    """
    scheme = scheme_of(url)
    try:
        module = import_module(MODULES[scheme])
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        if package not in DRIVERS:
            raise
        raise DriverMissing(
            f"A mirror to {scheme}:// needs the Python package {package}: pip install 'playtrace[{DRIVERS[package]}]'"
        ) from error
    return cast("MakeTarget", module.make_target)(url, mirror, settings, games)


def _known() -> str:
    return ", ".join(f"{scheme}://" for scheme in MODULES)
