"""What a batch run can be asked, what its checks may find, and what is bound in a statement for Spark."""

from __future__ import annotations

import datetime as dt

import pytest

from playtrace.batch.bound import texts_of, types_of
from playtrace.batch.errors import BatchError
from playtrace.batch.quality.checks import Check, read_limits
from playtrace.batch.questions import answered, read_question


def test_a_question_is_a_metric_with_parameters_as_in_an_address() -> None:
    asked = read_question("ranked=funnel?step=level_start&step=level_complete&unit=session")
    assert (asked.name, asked.metric) == ("ranked", "funnel")
    assert asked.asked == {"step": ["level_start", "level_complete"], "unit": "session"}
    assert read_question("retention").name == "retention"
    parameters = asked.of_game("arena", "Europe/Berlin", "EUR", **{"from": dt.date(2026, 3, 1)})
    assert (parameters.game_id, parameters.time_zone, parameters.from_) == (
        "arena",
        "Europe/Berlin",
        dt.date(2026, 3, 1),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nothing", "There is no metric 'nothing'. There are achievements, "),
        ("data_quality", "cannot be asked of Spark"),
        ("funnel?unit=session", "a name of its own"),
        ("x=funnel?from=2026-03-01", "from is what the run says"),
        ("x=retention?segment=payers", "segments are kept by the store"),
        ("x=funnel?unit=hour", "x=funnel?unit=hour: unit: "),
        ("x=funnel?nope=1", "nope"),
        ("../x=retention", "small letters"),
    ],
)
def test_what_no_metric_can_be_asked_says_why(text: str, why: str) -> None:
    with pytest.raises(BatchError, match=r".*") as refused:
        read_question(text)
    assert why in str(refused.value)


def test_every_metric_but_one_is_answered() -> None:
    assert "data_quality" not in answered()
    assert {"retention", "summary"} <= set(answered())


def test_limits_are_changed_by_their_names() -> None:
    limits = read_limits(["late=any", "repeated=5"])
    assert (limits["late"], limits["repeated"], limits["missing"]) == (None, 5, 0)
    for wrong in ("lat=1", "late", "late=much"):
        with pytest.raises(BatchError):
            read_limits([wrong])


@pytest.mark.parametrize(
    ("found", "limit", "is_passed"), [(0, 0, True), (1, 0, False), (None, 0, True), (9, None, True)]
)
def test_a_check_passes_up_to_its_limit(found: float | None, limit: float | None, is_passed: bool) -> None:
    assert Check("late", "arena", dt.date(2026, 3, 1), "", found, limit).is_passed is is_passed


def test_values_are_bound_as_texts_with_their_types() -> None:
    values = {
        "text": "o'clock",
        "none": None,
        "yes": True,
        "small": 5,
        "huge": 2**70,
        "at": dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC),
        "day": dt.date(2026, 3, 1),
        "long": dt.timedelta(minutes=30),
        "empty": [],
        "times": [dt.datetime(2026, 3, 1), None],
        "mixed": [1, 2.5],
    }
    assert types_of(values) == {
        "text": None,
        "none": None,
        "yes": None,
        "small": "BIGINT",
        "huge": "DECIMAL(38, 0)",
        "at": "TIMESTAMP_NTZ",
        "day": "DATE",
        "long": "INTERVAL",
        "empty": "ARRAY<STRING>",
        "times": "ARRAY<TIMESTAMP_NTZ>",
        "mixed": "ARRAY<DOUBLE>",
    }
    texts = texts_of(values)
    assert (texts["text"], texts["huge"], texts["long"]) == ("o'clock", str(2**70), 1_800_000_000)
    assert (texts["at"], texts["day"]) == ("2026-03-01 12:00:00.000000", "2026-03-01")
    assert (texts["times"], texts["empty"]) == ('["2026-03-01 00:00:00.000000", null]', "[]")
    with pytest.raises(TypeError):
        types_of({"object": object()})
