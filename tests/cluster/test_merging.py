"""What loaders say of their shares, as one answer."""

from __future__ import annotations

from typing import Any

from playtrace.cluster import merging
from playtrace.cluster.asking import JournalHealth, LoaderHealth


def health(*lags: tuple[int | None, float | None, int | None]) -> JournalHealth:
    shares = [LoaderHealth(number, is_there=True) for number, _ in enumerate(lags)]
    for share, (events, seconds, messages) in zip(shares, lags, strict=True):
        share.lag_events, share.lag_seconds, share.broker_messages = events, seconds, messages
    return merging.journal(shares, JournalHealth)


def test_all_are_as_far_behind_as_the_one_that_is_furthest() -> None:
    assert health((3, 1.5, 10), (4, 0.5, 0)) == JournalHealth(7, 1.5, 10)
    assert health((0, 0.0, 0)) == JournalHealth(0, 0.0, 0)


def test_what_one_cannot_tell_nobody_tells_of_all() -> None:
    assert health((3, 1.5, 10), (None, None, None)) == JournalHealth(None, None, None)
    assert health() == JournalHealth(None, None, None)


def rules(failures: list[str], judged_to: str | None, cannot_judge: str | None = None) -> dict[str, Any]:
    told = [{"error": error} for error in failures]
    rule = {"rule": {"id": "crashes"}, "failures": told, "lastError": failures[0] if failures else None}
    return {"rules": [rule], "cannotJudge": cannot_judge, "judgedTo": judged_to}


def test_a_rule_fails_where_any_loader_cannot_judge_it() -> None:
    (one,) = merging.rules([rules([], "12:00"), rules(["why"], "11:00")])["rules"]
    assert (one["failures"], one["lastError"]) == ([{"error": "why"}], "why")
    merged = merging.rules([rules(["same"], "12:00"), rules(["same"], "11:00", "none can")])
    assert merged["rules"][0]["failures"] == [{"error": "same"}]
    assert (merged["judgedTo"], merged["cannotJudge"]) == ("11:00", "none can")
    assert merging.rules([rules([], "12:00"), rules([], None)])["judgedTo"] is None


def test_games_that_are_deleted_are_those_of_all() -> None:
    assert merging.deletions([{"games": [1]}, {"games": []}, {"games": [2]}]) == {"games": [1, 2]}
