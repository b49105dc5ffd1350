"""What becomes of incidents: whatever verdicts come, what people are told makes sense."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from playtrace.alerts.incidents import TOLD_AGAIN_AFTER, Incident, Policy, acknowledged, follow
from playtrace.alerts.judging import Verdict

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
KEY = ("rule", "game", "")
POLICY = Policy("warning", "more than 10 crashes", resolve_after=5 * MINUTE, cool_down=30 * MINUTE)


def run(*steps: tuple[int, str, float], policy: Policy = POLICY) -> tuple[list[tuple[int, str]], Incident | None]:
    """Minute, state and value of each verdict; which minutes told what, and what there is at the end."""
    incident: Incident | None = None
    told: list[tuple[int, str]] = []
    for minute, state, value in steps:
        now = START + minute * MINUTE
        verdict = None if state == "unknown" else Verdict(state, value, usual=0.0)
        followed = follow(incident, verdict, now, policy, KEY, now)
        incident = followed.incident
        if followed.told:
            told.append((minute, followed.told))
    return told, incident


def test_one_opens_is_told_once_and_resolved() -> None:
    told, incident = run(*[(minute, "over", 14) for minute in range(20)], (20, "calm", 3), (25, "calm", 2))
    assert told == [(0, "opened"), (25, "resolved")]
    assert incident is not None
    assert (incident.is_open, incident.worst, incident.value) == (False, 14, 2)


def test_what_gets_worse_is_told_again_but_not_at_once() -> None:
    told, _ = run(
        (0, "over", 14), (1, "over", 28), (14, "over", 50), (15, "over", 50), (40, "over", 99), (41, "over", 100)
    )
    assert told == [(0, "opened"), (15, "updated"), (41, "updated")]


def test_it_is_resolved_only_when_it_was_calm_for_long_enough() -> None:
    told, incident = run((0, "over", 14), (1, "calm", 1), (5, "over", 14), (6, "calm", 1), (10, "calm", 1))
    assert told == [(0, "opened")]
    assert incident is not None and incident.is_open


def test_what_comes_back_soon_is_the_same_and_has_to_be_calm_for_longer() -> None:
    told, incident = run(
        *[(0, "over", 14), (1, "calm", 1), (6, "calm", 1)],
        *[(10, "over", 14), (11, "calm", 1), (16, "calm", 1), (21, "calm", 1)],
        *[(30, "over", 14), (31, "calm", 1), (41, "calm", 1), (50, "calm", 1), (51, "calm", 1)],
    )
    assert told == [
        *((0, "opened"), (6, "resolved")),
        *((10, "updated"), (21, "resolved")),
        *((30, "updated"), (51, "resolved")),
    ]
    assert incident is not None and incident.times_opened == 3
    assert incident.opened_at == START


def test_what_comes_back_later_is_another_one() -> None:
    told, incident = run((0, "over", 14), (1, "calm", 1), (6, "calm", 1), (36, "over", 14))
    assert told == [(0, "opened"), (6, "resolved"), (36, "opened")]
    assert incident is not None and incident.times_opened == 1


def test_it_is_escalated_once_unless_somebody_looks_after_it() -> None:
    policy = Policy("warning", "", escalate_after=10 * MINUTE)
    told, incident = run(*[(minute, "over", 14) for minute in range(30)], policy=policy)
    assert told == [(0, "opened"), (10, "escalated")]
    assert incident is not None and incident.severity == "critical"
    _, incident = run((0, "over", 14), policy=policy)
    assert incident is not None
    seen = acknowledged(incident, "ann@studio.example", START + MINUTE)
    later = START + 20 * MINUTE
    assert follow(seen, Verdict("over", 14, usual=0.0), later, policy, KEY, later).told is None


def test_nothing_is_told_while_a_silence_holds_and_what_is_open_then_is() -> None:
    silenced = Policy("warning", "", resolve_after=5 * MINUTE, is_silenced=True)
    followed = follow(None, Verdict("over", 14), START, silenced, KEY, START)
    assert followed.told is None and followed.incident is not None
    later = START + 60 * MINUTE
    assert follow(followed.incident, Verdict("over", 14), later, POLICY, KEY, later).told == "opened"
    # Of what nobody was told, the end is not told either.
    calm = follow(followed.incident, Verdict("calm", 1), START + MINUTE, silenced, KEY, START).incident
    ended = follow(calm, Verdict("calm", 1), later, POLICY, KEY, later)
    assert ended.told is None and ended.incident is not None and not ended.incident.is_open


def test_nothing_known_leaves_it_as_it_is() -> None:
    told, incident = run((0, "over", 14), (1, "unknown", 0), (60, "unknown", 0))
    assert told == [(0, "opened")]
    assert incident is not None and incident.is_open


STEPS = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.sampled_from(["over", "over", "calm", "between", "unknown"]),
        st.integers(0, 100),
        st.booleans(),
    ),
    max_size=40,
)


@settings(max_examples=200)
@given(STEPS, st.sampled_from([0, 5, 20]), st.sampled_from([0, 30]), st.sampled_from([None, 15]))
def test_whatever_comes(
    steps: list[tuple[int, str, int, bool]], patience: int, cool_down: int, escalate: int | None
) -> None:
    now, incident, is_thought_open = START, None, False
    last_told: dt.datetime | None = None
    last_end: dt.datetime | None = None
    calm_since: dt.datetime | None = None
    for minutes, state, value, is_silenced in steps:
        now += minutes * MINUTE
        policy = Policy(
            "warning",
            "",
            patience * MINUTE,
            cool_down * MINUTE,
            None if escalate is None else escalate * MINUTE,
            is_silenced,
        )
        before = incident
        verdict = None if state == "unknown" else Verdict(state, value, usual=0.0)
        followed = follow(before, verdict, now, policy, KEY, now)
        incident = followed.incident
        was_open = before is not None and before.is_open
        is_open = incident is not None and incident.is_open
        # It opens with what is over and with nothing else, and at once.
        assert is_open >= (state == "over")
        assert was_open or not is_open or state == "over"
        # A new one is never so soon after the last one that it is the same.
        if before is not None and incident is not None and incident.opened_at != before.opened_at:
            assert last_end is not None and now - last_end >= cool_down * MINUTE
            is_thought_open = False
        # It ends with what is calm, and was for long enough.
        calm_since = (calm_since or now) if state == "calm" else calm_since if state == "unknown" else None
        if was_open and not is_open:
            assert state == "calm" and calm_since is not None and now - calm_since >= patience * MINUTE
            last_end = now
        # What is told makes sense to those who hear it: an end after a beginning, nothing twice, nothing in silence.
        match followed.told:
            case "opened":
                assert is_open and not is_thought_open
                is_thought_open = True
            case "updated":
                assert is_open
                if is_thought_open:
                    assert last_told is not None and now - last_told >= TOLD_AGAIN_AFTER
                is_thought_open = True
            case "escalated":
                assert is_open and is_thought_open and escalate is not None
            case "resolved":
                assert is_thought_open and not is_open
                is_thought_open = False
            case None:
                pass
        if followed.told is not None:
            assert not is_silenced
            last_told = now
        if incident is not None:
            assert incident.from_json(incident.to_json()) == incident
