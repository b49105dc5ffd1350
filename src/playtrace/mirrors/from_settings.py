"""The mirrors that settings make, by the names that studios have in their environment."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import quote

from playtrace.config import MirrorSettings, Settings
from playtrace.mirrors.target import TargetUnusable
from playtrace.mirrors.targets import family_of
from playtrace.registry.registry import Registry

log = logging.getLogger("playtrace.mirrors")

SSL_MODES = {
    "true": "require",
    "1": "require",
    "yes": "require",
    "on": "require",
    "false": "disable",
    "0": "disable",
    "no": "disable",
    "off": "disable",
}
"""What `PG_SSL` says beside the words of libpq."""


def follow_mirror_settings(registry: Registry, settings: Settings) -> None:
    """The mirrors that the settings make are as they say now."""
    for kept in registry.mirrors.follow_settings(urls_of(settings.mirrors)):
        log.warning(
            "a setting makes no mirror: somebody made another mirror of its name, which stays", extra={"mirror": kept}
        )


def urls_of(settings: MirrorSettings) -> dict[str, str]:
    """By the names of the mirrors. A setting of one kind of database goes before `DATABASE_URL`."""
    found: dict[str, str] = {}
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value().strip()
        try:
            found[family_of(url)] = url
        except TargetUnusable:
            # Many programs read DATABASE_URL, and most databases are no target.
            log.info("DATABASE_URL makes no mirror: it is no address of PostgreSQL, MySQL or MongoDB")
    if settings.pg_url is not None:
        found["postgresql"] = settings.pg_url.get_secret_value().strip()
    if settings.mysql_host is not None:
        found["mysql"] = _mysql(settings)
    if settings.mongo_uri is not None:
        found["mongodb"] = settings.mongo_uri.get_secret_value().strip()
    if settings.lake_url is not None:
        found["lake"] = lake_url_of(settings.lake_url)
    if "postgresql" in found and settings.pg_ssl is not None and "sslmode=" not in found["postgresql"]:
        mode = settings.pg_ssl.lower()
        found["postgresql"] += f"{'&' if '?' in found['postgresql'] else '?'}sslmode={SSL_MODES.get(mode, mode)}"
    return found


def lake_url_of(place: str) -> str:
    """The address of a lake, of which a person may name the folder alone."""
    place = place.strip()
    return place if "://" in place else Path(place).absolute().as_uri()


def _mysql(settings: MirrorSettings) -> str:
    who = quote(settings.mysql_user, safe="")
    if settings.mysql_password is not None:
        who += f":{quote(settings.mysql_password.get_secret_value(), safe='')}"
    host = settings.mysql_host or ""
    where = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"mysql://{who}@{where}:{settings.mysql_port}/{quote(settings.mysql_database, safe='')}"
