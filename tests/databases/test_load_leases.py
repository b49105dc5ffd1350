"""Leases of shares, in a SQLite file, on PostgreSQL and on MariaDB: one holder at a time; who lost one has nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from playtrace.registry.database import open_database
from playtrace.registry.errors import OtherShares
from playtrace.registry.load_leases import Holder, Lease
from playtrace.registry.models import LoadLease
from playtrace.registry.registry import Registry


@pytest.fixture(params=("file", "postgresql", "mariadb"))
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(f"registry_in_{request.param}")


@pytest.fixture
def registry(url: str) -> Iterator[Registry]:
    with closing(Registry.open(url)) as registry:
        yield registry


def holder(name: str) -> Holder:
    return Holder(name, "{}", f"{name}:8080", f"secret of {name}")


def taken(registry: Registry, name: str, shares: int = 2) -> Lease:
    found = registry.load_leases.take(shares, holder(name))
    assert found is not None
    return found[0]


def let_expire(url: str, share: int) -> None:
    """As if its holder had said nothing for long."""
    engine = open_database(url)
    with Session(engine) as session, session.begin():
        long_ago = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        session.execute(update(LoadLease).where(LoadLease.share == share).values(expires_at=long_ago))
    engine.dispose()


def test_each_share_has_one_holder_and_the_next_comes_when_it_has_none(registry: Registry, url: str) -> None:
    first, second = taken(registry, "a"), taken(registry, "b")
    assert [(one.share, one.epoch) for one in (first, second)] == [(0, 1), (1, 1)]
    assert registry.load_leases.take(2, holder("c")) is None
    assert registry.load_leases.renew(first)
    let_expire(url, 0)
    assert not registry.load_leases.renew(first), "nobody else has it yet, and it is lost all the same"
    assert [one.is_good for one in registry.load_leases.all()] == [False, True]
    found = registry.load_leases.take(2, holder("c"))
    assert found is not None
    lease, before = found
    assert (lease.share, lease.epoch, before) == (0, 2, holder("a"))
    assert [one.held_by for one in registry.load_leases.all()] == [holder("c"), holder("b")]
    assert not registry.load_leases.renew(first)
    registry.load_leases.give_back(first)
    assert registry.load_leases.renew(lease), "who lost it cannot give it away"
    registry.load_leases.give_back(lease)
    assert taken(registry, "d").epoch == 3


def test_of_many_who_want_one_at_the_same_moment_each_gets_another(registry: Registry) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda number: registry.load_leases.take(3, holder(f"h{number}")), range(6)))
    # Who came too late for one may have been told that there is none; nobody is told the same.
    shares = [one[0].share for one in found if one is not None]
    assert len(set(shares)) == len(shares) >= 1
    while registry.load_leases.take(3, holder("later")) is not None:
        pass
    assert sorted(one.share for one in registry.load_leases.all() if one.is_good) == [0, 1, 2]


def test_another_number_of_shares_is_refused(registry: Registry) -> None:
    taken(registry, "a", 2)
    with pytest.raises(OtherShares, match="Set load_shares to 2"):
        registry.load_leases.take(3, holder("b"))
