"""What `playtrace bench soak` tells of how something grew."""

from __future__ import annotations

import msgspec
import pytest

from playtrace.bench.soak import Sample, grew

EMPTY = Sample(
    minute=0.0,
    events=0,
    memory_mb=0.0,
    main_memory_mb=0.0,
    descriptors=0,
    threads=0,
    processes=0,
    files=0,
    store_mb=0.0,
    journal_mb=0.0,
    backups_mb=0.0,
    lag_seconds=0.0,
)


def samples(*memory_mb: float) -> list[Sample]:
    """One a minute."""
    return [msgspec.structs.replace(EMPTY, minute=float(at), memory_mb=mb) for at, mb in enumerate(memory_mb)]


def test_a_line_has_its_slope():
    found = grew(samples(*range(100, 160, 2)), "memory_mb")
    assert (found.began, found.ended, found.most) == (100, 158, 158)
    assert found.per_hour == pytest.approx(120)


def test_what_grows_while_it_warms_up_is_no_slope():
    found = grew(samples(*range(10), *[10.0] * 20), "memory_mb")
    assert found.per_hour == pytest.approx(0, abs=1e-6)
    assert found.most == 10


def test_a_fall_is_below_zero():
    assert grew(samples(*range(30, 0, -1)), "memory_mb").per_hour == pytest.approx(-60)
