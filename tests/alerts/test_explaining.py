"""Which values of platform, version, country and map explain a change."""

from __future__ import annotations

from playtrace.alerts.explaining import changes_of

Counts = dict[tuple[str, str], float]


def said(now: Counts, usual: Counts) -> list[tuple[str, str, float]]:
    return [(one.dimension, one.value, one.share) for one in changes_of(now, usual)]


def test_the_value_with_most_of_the_change_of_each_dimension() -> None:
    now: Counts = {("platform", "android"): 30, ("platform", "ios"): 20, ("version", "1.2"): 50}
    usual: Counts = {
        ("platform", "android"): 10,
        ("platform", "ios"): 15,
        ("version", "1.2"): 10,
        ("version", "1.1"): 15,
    }
    assert said(now, usual) == [("version", "1.2", 1.6), ("platform", "android", 0.8)]


def test_what_none_of_them_has_explains_nothing() -> None:
    crashes: Counts = {("platform", "switch"): 14, ("map", ""): 14}
    assert said(crashes, {}) == [("platform", "switch", 1.0)]
    # Nor where those of before had it.
    assert said(crashes, {("platform", "switch"): 2, ("map", "docks"): 2}) == [("platform", "switch", 1.0)]
    # What fell had no map; the little that is left has one.
    assert said({("map", "docks"): 1}, {("map", ""): 20}) == []


def test_what_only_some_of_them_lack_is_a_value() -> None:
    assert said({("map", ""): 9, ("map", "docks"): 1}, {}) == [("map", "unknown", 0.9)]
    # Everything on one map is missing.
    assert said({("map", ""): 2}, {("map", "docks"): 40, ("map", ""): 2}) == [("map", "docks", 40 / 40)]
