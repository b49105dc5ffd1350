"""Brokers that the tests of a process share, and a journal of each kind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from journals import engines
from journals.places import Place

NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Engine]:
    engine = engines.kafka(tmp_path_factory.mktemp("kafka"))
    yield engine
    engine.kill()


@pytest.fixture(scope="session")
def apache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Engine]:
    engine = engines.apache(tmp_path_factory.mktemp("apache"))
    yield engine
    engine.kill()


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Engine]:
    engine = engines.nats(tmp_path_factory.mktemp("nats"))
    yield engine
    engine.kill()


@pytest.fixture(scope="session")
def credentials() -> Iterator[None]:
    """That whoever speaks to what stands in for AWS has some."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield


@pytest.fixture(scope="session")
def kinesis(credentials: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Engine]:
    engine = engines.kinesis(tmp_path_factory.mktemp("kinesis"))
    yield engine
    engine.kill()


@pytest.fixture(scope="session")
def kinesis_local(credentials: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Engine]:
    engine = engines.kinesis_local(tmp_path_factory.mktemp("kinesis-local"))
    yield engine
    engine.kill()


KAFKA, NATS, KINESIS = (pytest.param(name, marks=pytest.mark.outside) for name in ("kafka", "nats", "kinesis"))
APACHE = pytest.param("apache", marks=[pytest.mark.outside, pytest.mark.drill])


@pytest.fixture(params=["sqlite", KAFKA, NATS, KINESIS, APACHE])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A journal of every kind that there is, with nothing in it."""
    yield from _place(request, tmp_path)


@pytest.fixture(params=[KAFKA, NATS, KINESIS, APACHE])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """One of every kind that a broker keeps."""
    yield from _place(request, tmp_path)


@pytest.fixture(params=[NATS, APACHE])
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """One whose broker has what it acknowledged on the disk."""
    yield from _place(request, tmp_path)


@pytest.fixture
def place_of_nats(nats: engines.Engine, tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path, nats, f"of-test-{next(NUMBERS)}")
    yield place
    place.close()


def _place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    engine = None if request.param == "sqlite" else request.getfixturevalue(request.param)
    place = Place(tmp_path, engine, f"of-test-{next(NUMBERS)}")
    yield place
    place.close()
