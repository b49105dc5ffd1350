"""How often a client may come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playtrace.collect import rate_limit
from playtrace.collect.rate_limit import RateLimit, WindowLimit


def test_a_burst_and_then_an_even_rate():
    limit = RateLimit(rate=10, burst=3)
    assert [limit.wait_s("a", now=0) for _ in range(4)] == [0, 0, 0, 0.1]
    assert limit.wait_s("b", now=0) == 0
    assert limit.wait_s("a", now=0.1) == 0
    assert limit.wait_s("a", now=0.1) > 0
    assert [limit.wait_s("a", now=100) for _ in range(4)] == [0, 0, 0, 0.1]


def test_no_limit():
    limit = RateLimit(rate=0, burst=1)
    assert all(limit.wait_s("a", now=0) == 0 for _ in range(1000))


@given(
    st.floats(0.1, 100),
    st.integers(1, 20),
    st.lists(st.floats(0, 2), min_size=1, max_size=100),
)
def test_never_more_than_rate_and_burst_allow(rate: float, burst: int, pauses: list[float]):
    limit = RateLimit(rate, burst)
    now = passed = 0.0
    for pause in pauses:
        now += pause
        wait = limit.wait_s("a", now)
        passed += wait == 0
        assert 0 <= wait <= 1 / rate
    assert passed <= burst + rate * sum(pauses[1:]) + 1e-6


def test_a_window_opens_with_the_first_request():
    limit = WindowLimit(requests_max=2, window_s=60)
    assert [limit.wait_s("a", now=now) for now in (5, 6, 7, 64)] == [0, 0, 58, 1]
    assert limit.wait_s("b", now=7) == 0
    assert [limit.wait_s("a", now=now) for now in (65, 66, 67)] == [0, 0, 58]


def test_the_clients_seen_last_are_remembered(monkeypatch):
    """Memory is bounded: who comes from ever new addresses pushes out the oldest, not the server."""
    monkeypatch.setattr(rate_limit, "CLIENTS_MAX", 3)
    bucket, window = RateLimit(rate=1, burst=1), WindowLimit(requests_max=1, window_s=60)
    for limit in (bucket, window):
        assert [limit.wait_s(client, now=0) for client in "abc"] == [0, 0, 0]
        assert limit.wait_s("a", now=0) > 0
        assert limit.wait_s("d", now=0) == 0
        assert limit.wait_s("a", now=0) > 0
        assert limit.wait_s("b", now=0) == 0  # forgotten
