"""What can go wrong in the store.

StoreError
├── QueryTimeout    it ran longer than `query_seconds_max`: ask for less
├── QueryTooLarge   it needs more than `store_memory_bytes`, and `store_spill_bytes_max` on the disk: ask for less
├── QueryRefused    the SQL is wrong, or does more than read
│   └── AnswerTooLarge  its answer or its work has no room: ask for less
├── AskerLeft       nobody waits for the answer any more
├── StoreFull       no space on the disk: what was to be written is still in the journal, try again
├── StoreDamaged    its files are not as they were written: they have to be replaced
├── StoreInUse      another process has its file open
├── StoreBroken     it refuses all work until it is opened again
└── StoreNewer      the database was made by a newer playtrace
"""


class StoreError(Exception):
    """The store could not do what was asked; the message says what to do next."""


class QueryTimeout(StoreError):
    """The query ran longer than `query_seconds_max`."""


class QueryTooLarge(StoreError):
    """The query needs more than `store_memory_bytes`, and `store_spill_bytes_max` on the disk, leave it."""


class AskerLeft(StoreError):
    """Nobody waits for the answer any more."""


class QueryRefused(StoreError):
    """The SQL is wrong, or does more than read."""


class AnswerTooLarge(QueryRefused):
    """What a person asked for has no room, however often it is asked."""


class StoreFull(StoreError):
    """There is no space on the disk. Nothing is lost: it is still in the journal."""


class StoreInUse(StoreError):
    """Another process has its file open; nothing of it is open here."""


class StoreBroken(StoreError):
    """The database refuses all work until it is opened again; what is in its file is whole."""


class StoreDamaged(StoreError):
    """What the disk gives back is not what was written."""


class StoreNewer(StoreError):
    """The database was made by a newer playtrace than this one."""
