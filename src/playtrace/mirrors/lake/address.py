"""Where a lake is: `file:///folder` or `s3://bucket/path`, and the catalog that knows which of its files are current.

A bucket may be another store than Amazon's: options of the address say so, as they do for backups
(`?endpoint_override=127.0.0.1:9000&scheme=http&region=us-east-1`).
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit
from urllib.request import url2pathname

from msgspec import Struct
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.catalog.sql import SqlCatalog

from playtrace.config import Settings
from playtrace.mirrors.target import DriverMissing, TargetUnusable

CATALOG = "playtrace"
"""By this name the tables are registered, where several share a catalog's database."""
CATALOG_FILE = "catalog.sqlite"
GLUE = "glue"


class Place(Struct, frozen=True):
    """What an address comes to."""

    location: str
    """Without a slash at the end."""
    options: dict[str, str]
    """For what reads and writes files, in pyiceberg's words."""


def place_of(url: str) -> Place:
    """Raises `TargetUnusable` for an address that names no folder and no bucket."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost") or not parts.path.strip("/"):
            raise TargetUnusable("Expected file:///folder, with three slashes before a folder that is named whole.")
        folder = unquote(parts.path).rstrip("/")
        if set(folder) & set("?#%"):
            # Its files are named by addresses that nobody writes as one.
            raise TargetUnusable("A folder of a lake has no ?, # or % in its name.")
        return Place(f"file://{folder}", {})
    if not parts.netloc:
        raise TargetUnusable("Expected s3://bucket/path.")
    said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := said.keys() - {"endpoint_override", "scheme", "region"}:
        raise TargetUnusable(
            f"Unknown in the address: {', '.join(sorted(unknown))}. It may have endpoint_override, scheme and region."
        )
    options: dict[str, str] = {}
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if "endpoint_override" in said:
        endpoint = f"{said.get('scheme', 'https')}://{said['endpoint_override']}"
    if endpoint:
        options["s3.endpoint"] = endpoint
    if "region" in said:
        options["s3.region"] = said["region"]
    return Place(f"s3://{parts.netloc}{parts.path}".rstrip("/"), options)


def catalog_of(place: Place, mirror: str, settings: Settings) -> Catalog:
    """The catalog: beside the tables where they are in a folder, in the data folder where they are in a bucket, or the
    one that `lake_catalog` names. Made if it is not there. Raises `TargetUnusable`."""
    named = settings.mirrors.lake_catalog
    options = {"warehouse": place.location, "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO", **place.options}
    if named is not None:
        return _named_catalog(named.get_secret_value(), options)
    if place.location.startswith("file:"):
        folder = Path(url2pathname(place.location.removeprefix("file://")))
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / CATALOG_FILE
    else:
        file = settings.data / f"lake-{quote(mirror, safe='')}.sqlite"
    return SqlCatalog(CATALOG, uri=f"sqlite:///{file}", **options)


def _named_catalog(named: str, options: dict[str, str]) -> Catalog:
    try:
        if named == GLUE:
            return load_catalog(CATALOG, type=GLUE, **options)
        return SqlCatalog(CATALOG, uri=named, pool_pre_ping="true", **options)
    except ModuleNotFoundError as error:
        raise DriverMissing(f"The lake's catalog needs the Python package {error.name}: pip install it.") from error
