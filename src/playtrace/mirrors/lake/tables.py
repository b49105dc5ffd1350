"""The tables of a lake, `events` and `set_aside`: what their rows are, and what they remember of their mirror.

What a table remembers (`Memory`) is among its own properties, so that it is committed with the rows that it is about.
Rows of a day and a game are in files of their own. Ids are text and properties are JSON text, which every engine reads;
`journal_offset` and `position` tell from which request of the journal a row came.
"""

from __future__ import annotations

import pyarrow as pa
from msgspec import Struct
from pyarrow.fs import FileSelector
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NamespaceAlreadyExistsError, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.transforms import DayTransform, IdentityTransform
from pyiceberg.types import DoubleType, IntegerType, LongType, NestedField, PrimitiveType, StringType, TimestamptzType

from playtrace.mirrors.lake.files import METADATA, file_system_of
from playtrace.mirrors.target import Position, TargetNewer, TargetUnusable
from playtrace.store.columns import COLUMNS

VERSION = 1
"""Of what the tables look like."""
NAMESPACE = "playtrace"
EVENTS = "events"
SET_ASIDE = "set_aside"

TYPES: dict[str, PrimitiveType] = {
    "time": TimestamptzType(),
    "client_time": TimestamptzType(),
    "received_at": TimestamptzType(),
    "seq": LongType(),
    "mono_ms": LongType(),
    "x": DoubleType(),
    "y": DoubleType(),
    "z": DoubleType(),
    "value": DoubleType(),
    "journal_offset": LongType(),
    "position": IntegerType(),
}
"""Of columns that are no text."""
COLUMNS_OF: dict[str, tuple[str, ...]] = {
    EVENTS: tuple("map" if name == "map_id" else name for name in COLUMNS),
    SET_ASIDE: ("game_id", "received_at", "outcome", "reason", "error", "body", "journal_offset", "position"),
}
DAY_OF = {EVENTS: "time", SET_ASIDE: "received_at"}
"""By which column a row belongs to a day, in UTC."""

FILE_BYTES_MAX = 4 * 1024**3
"""Of rows in memory: what is written at once is one file a day and game."""
PROPERTIES = {
    "commit.manifest-merge.enabled": "true",
    # Whoever else wrote meanwhile has moved the position: then the same rows must not be committed again.
    "commit.retry.num-retries": "0",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "write.parquet.compression-codec": "zstd",
    "write.target-file-size-bytes": str(FILE_BYTES_MAX),
}
ERASURES_KEPT = 1_000
"""Ids of the last ones: they come in order, and each until it is done."""


class Memory(Struct, frozen=True):
    """What a table knows of the mirror whose rows it has."""

    mirror: str
    position: Position | None = None
    written_upto: int = 0
    """The largest offset that was ever written: what is behind it is there already, if it comes again."""
    erasures: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Table) -> Memory:
        """Raises `TargetNewer`, and `TargetUnusable` for a table that no mirror made."""
        said = table.properties
        if "playtrace.version" not in said:
            raise TargetUnusable(f"There is another table at {table.location()}: name another folder.")
        if int(said["playtrace.version"]) > VERSION:
            raise TargetNewer(
                f"The lake is of a newer playtrace (version {said['playtrace.version']}, this one knows {VERSION})."
                " Upgrade this one; nothing was changed."
            )
        offset = said.get("playtrace.journal-offset")
        return cls(
            said["playtrace.mirror"],
            None if offset is None else Position(said["playtrace.journal-id"], int(offset)),
            int(said.get("playtrace.written-upto", 0)),
            tuple(filter(None, said.get("playtrace.erasures", "").split(","))),
        )

    def as_properties(self) -> dict[str, str]:
        said = {
            "playtrace.version": str(VERSION),
            "playtrace.mirror": self.mirror,
            "playtrace.written-upto": str(self.written_upto),
            "playtrace.erasures": ",".join(self.erasures[-ERASURES_KEPT:]),
        }
        if self.position is not None:
            said["playtrace.journal-id"] = self.position.journal_id
            said["playtrace.journal-offset"] = str(self.position.journal_offset)
        return said


def open_table(catalog: Catalog, name: str, location: str, mirror: str) -> Table:
    """The table as its catalog has it. One that the catalog does not know is registered as it lies there, and one that
    is not there is made. Raises `TargetNewer` and `TargetUnusable`."""
    where = f"{location}/{name}"
    try:
        table = catalog.load_table((NAMESPACE, name))
    except NoSuchTableError:
        table = _registered_or_made(catalog, name, where, mirror)
    if table.location() != where:
        raise TargetUnusable(f"Its catalog has the lake at {table.location()}: name another catalog or that place.")
    owner = Memory.of(table).mirror
    if owner != mirror:
        raise TargetUnusable(f"The mirror {owner} writes this lake: name another folder, or the mirror as that one.")
    return table


def _registered_or_made(catalog: Catalog, name: str, where: str, mirror: str) -> Table:
    identifier = (NAMESPACE, name)
    try:
        catalog.create_namespace_if_not_exists(NAMESPACE)
        newest = _newest_metadata(catalog, where)
        if newest is not None:
            return catalog.register_table(identifier, newest)
        return catalog.create_table(
            identifier,
            schema_of(name),
            location=where,
            partition_spec=_days_and_games(name),
            properties=PROPERTIES | Memory(mirror).as_properties(),
        )
    except (TableAlreadyExistsError, NamespaceAlreadyExistsError):
        # Somebody else was quicker.
        return catalog.load_table(identifier)


def _newest_metadata(catalog: Catalog, where: str) -> str | None:
    """Where a table's metadata lies that no catalog knows any more. One that was written and not committed says as well
    which rows there are, and up to where."""
    files, folder, scheme = file_system_of(catalog.properties, f"{where}/metadata")
    found = files.get_file_info(FileSelector(folder, allow_not_found=True))
    versions = [(one.base_name, one.path) for one in found if one.base_name.endswith(METADATA)]
    return f"{scheme}{max(versions)[1]}" if versions else None


def schema_of(name: str) -> Schema:
    fields = [
        NestedField(number, column, TYPES.get(column, StringType()), required=False)
        for number, column in enumerate(COLUMNS_OF[name], 1)
    ]
    return Schema(*fields)


def _days_and_games(name: str) -> PartitionSpec:
    numbers = {column: number for number, column in enumerate(COLUMNS_OF[name], 1)}
    return PartitionSpec(
        PartitionField(numbers["game_id"], 1000, IdentityTransform(), "game"),
        PartitionField(numbers[DAY_OF[name]], 1001, DayTransform(), "day"),
    )


def fitting(name: str, rows: pa.Table) -> pa.Table:
    """What the store told, as rows of the table, those of a game and day together and in the order of time."""
    schema = pa.schema([field.remove_metadata() for field in schema_to_pyarrow(schema_of(name))])
    columns = [rows[column].cast(schema.field(column).type) for column in schema.names]
    day = DAY_OF[name]
    order = [(column, "ascending") for column in ("game_id", day, "journal_offset", "position")]
    return pa.Table.from_arrays(columns, schema=schema).sort_by(order)
