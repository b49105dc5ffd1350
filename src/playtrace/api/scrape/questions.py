"""What people and programs ask of the store."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import Metric

from playtrace.api.scrape.families import gauges, histograms
from playtrace.api.state import State


def families(state: State) -> Iterator[Metric]:
    yield histograms(
        "playtrace_question_duration_seconds",
        "Time that the store took for an answer, by metric, since the start. Answers that were kept are not counted.",
        "metric",
        state.measured.question_times.by_metric(),
    )
    turns = (("questions", state.turns), ("sql", state.sql_turns))
    yield gauges(
        "playtrace_questions_running",
        "Questions that are being answered: by the API, or as SQL of people.",
        ("kind",),
        (((kind,), turn.asking) for kind, turn in turns),
    )
    yield gauges(
        "playtrace_questions_waiting",
        "Questions that wait for their turn.",
        ("kind",),
        (((kind,), turn.waiting) for kind, turn in turns),
    )
