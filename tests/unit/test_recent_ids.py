"""The ids seen lately, against a set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playtrace.load.recent_ids import FORGOTTEN, RecentIds

hashes = st.lists(st.integers(0, 50) | st.integers(0, 2**64 - 1), max_size=40)


@given(st.lists(st.tuples(st.booleans(), hashes), max_size=30))
def test_it_is_a_set(actions: list[tuple[bool, list[int]]]):
    ids, model = RecentIds(), set[int]()
    for is_question, values in actions:
        array = np.array(values, np.uint64)
        if is_question:
            assert ids.repeated(array).tolist() == [value in model or values.count(value) > 1 for value in values]
        else:
            ids.add(array)
            model.update(values)
    assert ids.repeated(np.array(sorted(model), np.uint64)).all()
    assert len(ids) >= len(model)


def test_runs_stay_few():
    """What makes a look-up fast: runs grow by a factor, so that there are only so many."""
    ids = RecentIds()
    for batch in range(200):
        ids.add(np.arange(batch * 10, batch * 10 + 10, dtype=np.uint64))
    assert len(ids) == 2000
    assert len(ids._runs) <= 8
    assert ids.repeated(np.arange(2001, dtype=np.uint64)).sum() == 2000


def test_what_is_added_again_takes_no_room():
    """A client may send one id as often as it likes."""
    ids = RecentIds()
    for _ in range(50):
        ids.add(np.full(1000, 7, np.uint64))
    assert len(ids) == 1


@pytest.mark.parametrize("high", [2**64, 2**20], ids=["spread", "crowded"])
@pytest.mark.parametrize("count", [100_000, 900_000])
def test_many_are_a_set_too(count: int, high: int):
    """Large runs know less of each; what was seen they find all the same, and what was not they mistake for it in one
    of millions of cases."""
    numbers = np.random.default_rng(5)
    ids = RecentIds()
    seen = np.empty(0, np.uint64)
    for batch_size in (count, 3, count, count // 9, count // 5):
        batch = numbers.integers(0, high, batch_size, dtype=np.uint64)
        # Some come again.
        batch[::7] = numbers.choice(seen, len(batch[::7])) if len(seen) else 0
        batch[-1:] = 2**64 - 1
        ids.add(batch)
        seen = np.concatenate([seen, batch])
    asked = np.unique(np.concatenate([seen[::3], numbers.integers(0, 2**64, 50_000, dtype=np.uint64)]))
    assert (ids.repeated(asked) == np.isin(asked, seen)).all()
    assert len(ids) >= len(np.unique(seen >> FORGOTTEN))
