"""The store that metrics are asked of, by its address (`store_url`), and the job that keeps it up to date."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playtrace.clickhouse_url import clickhouse_url
from playtrace.config import Settings
from playtrace.jobs import Job
from playtrace.shares import ALL, Share
from playtrace.store.duckdb import Store

if TYPE_CHECKING:
    # Their driver is an extra.
    from playtrace.store.clickhouse.copying import Copying
    from playtrace.store.clickhouse.store import ClickHouseStore

LOOK_S = 0.5
"""Between two looks at a store of which ClickHouse has everything."""


def open_asked(
    store: Store, settings: Settings, share: Share = ALL, is_ours: Callable[[], bool] = lambda: True
) -> tuple[ClickHouseStore | None, Job | None]:
    """Where the settings name one; else nothing. It need not answer yet. `is_ours` says whether a share is still this
    process's. Raises `ValueError` without its driver."""
    if settings.store.url is None:
        return None, None
    asked, copying = copying_of(store, settings, share, is_ours)

    def copy() -> float:
        # While there is more, the next slice follows at once.
        return LOOK_S if copying.follow() is None else 0.0

    return asked, Job("copy to ClickHouse", copy, period_s=LOOK_S)


def copying_of(
    store: Store, settings: Settings, share: Share = ALL, is_ours: Callable[[], bool] = lambda: True
) -> tuple[ClickHouseStore, Copying]:
    """The ClickHouse that the settings name, and what copies the store into it. Raises `ValueError` without its
    driver."""
    asked = asked_store(settings)
    from playtrace.store.clickhouse.copying import Copying

    return asked, Copying(store, asked, settings, share=share, is_ours=is_ours)


def asked_store(settings: Settings) -> ClickHouseStore:
    """The ClickHouse that the settings name, to ask it. Raises `ValueError` without its driver, and without one."""
    try:
        from playtrace.store.clickhouse.store import ClickHouseStore
    except ImportError as error:
        raise ValueError(
            "store_url names a ClickHouse, and its driver is not installed: pip install 'playtrace[clickhouse]'"
            f" ({error})"
        ) from error
    if settings.store.url is None:
        raise ValueError("there is no store_url")
    return ClickHouseStore(clickhouse_url(settings.store.url.get_secret_value()), settings)
