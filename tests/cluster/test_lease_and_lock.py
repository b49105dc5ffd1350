"""Who has a share has it alone: by a lease that is given up in time, and a lock that ends with the process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from journals.engines import eventually
from sqlalchemy import delete
from sqlalchemy.orm import Session

from playtrace.cluster import processes
from playtrace.cluster.folder_lock import FolderLock
from playtrace.cluster.held_lease import HeldLease, clock
from playtrace.cluster.processes import Process, read_process
from playtrace.config import Settings
from playtrace.registry.database import open_database
from playtrace.registry.load_leases import LEASE_S, Holder, Lease
from playtrace.registry.models import LoadLease
from playtrace.registry.registry import Registry
from playtrace.shares import ALL, Share

HOLDER = Holder("a", "{}", "a:8080", "secret")
LOCKS = """
import sys, pathlib
from playtrace.cluster.folder_lock import FolderLock
lock = FolderLock(pathlib.Path(sys.argv[1]))
print(lock.take(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 'registry.sqlite').as_posix()}"


@pytest.fixture
def registry(url: str) -> Iterator[Registry]:
    with closing(Registry.open(url)) as registry:
        yield registry


def taken(registry: Registry) -> Lease:
    found = registry.load_leases.take(1, HOLDER)
    assert found is not None
    return found[0]


def test_a_lease_that_was_asked_for_too_long_ago_is_none_and_is_not_given_back(registry: Registry) -> None:
    held = HeldLease(registry, taken(registry), taken_at=clock() - LEASE_S)
    assert not held.is_good()
    held.give_back()
    assert [lease.is_good for lease in registry.load_leases.all()] == [True], "it may be somebody else's by now"


def test_a_lease_is_good_until_it_is_given_back(registry: Registry) -> None:
    held = HeldLease(registry, taken(registry), taken_at=clock())
    assert held.is_good()
    held.give_back()
    assert not held.is_good()
    assert [lease.is_good for lease in registry.load_leases.all()] == [False]


def test_a_lease_that_cannot_be_renewed_is_lost(registry: Registry, url: str) -> None:
    held = HeldLease(registry, taken(registry), taken_at=clock())
    engine = open_database(url)
    with Session(engine) as session, session.begin():
        session.execute(delete(LoadLease))
    engine.dispose()
    eventually(lambda: not held.is_good())
    held.give_back()


def test_a_folder_is_of_one_process_until_that_ends(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", LOCKS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None and other.stdin is not None
    with closing(FolderLock(tmp_path)) as lock:
        assert other.stdout.readline() == "True\n"
        assert not lock.take()
        started = processes.psutil.Process(other.pid).create_time()
        own = Process.own()
        assert read_process(own.written()) == own
        assert not processes.end(Process(own.host, other.pid, started - 60.0)), "another one that had its number"
        assert not processes.end(Process("elsewhere", other.pid, started))
        assert other.poll() is None
        assert processes.end(Process(own.host, other.pid, started))
        other.wait()
        eventually(lock.take)
    other.stdin.close()
    other.stdout.close()
    assert processes.end(Process(own.host, other.pid, started)), "it is gone"


def test_no_process_ends_itself() -> None:
    assert not processes.end(Process.own())
    assert read_process("none") is None


def test_the_share_of_a_folder_is_known_by_its_name(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data": tmp_path, "load_shares": 3})
    of_share = settings.model_copy(update={"data": settings.share_path(2)})
    assert of_share.share == Share(2, 3)
    for folder in (tmp_path, tmp_path / "share-3"):
        with pytest.raises(ValueError, match="name the folder of a share"):
            _ = settings.model_copy(update={"data": folder}).share
    assert Settings(data=tmp_path).share == ALL
