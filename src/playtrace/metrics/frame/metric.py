"""A metric is one file in `playtrace.metrics`.

It defines `Parameters`, the type of its answer, its SQL and `answer`, says in its docstring exactly what is
counted, and ends with `METRIC = Metric(__name__, __doc__, Parameters, Retention, answer)`. The file alone makes
the endpoint, the command, the schema and the docs page: all of them read `metrics()`.
"""

from __future__ import annotations

import datetime as dt
import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import playtrace.metrics
from playtrace.metrics.frame.asking import Asking, Rules, has_merges, unbuilt_rollups
from playtrace.metrics.frame.hints import hints
from playtrace.metrics.frame.merged_ids import about_who_stays, merged_ids, told_of_merged
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters
from playtrace.metrics.frame.removed import told_of_removed
from playtrace.store.raw_gone import gone_of

if TYPE_CHECKING:
    # Only for these names: `playtrace query` asks a server without a database of its own.
    from playtrace.store.reading import Readable, Reader

P = TypeVar("P", bound=CommonParameters)
A = TypeVar("A", bound=CommonAnswer)


class Metric(Generic[P, A]):
    """One question that playtrace answers."""

    def __init__(
        self,
        module: str,
        definition: str | None,
        parameters: type[P],
        answer: type[A],
        answering: Callable[[P, Asking], A],
        *,
        subject: str,
        needs_events: bool = True,
        travels: bool = True,
    ) -> None:
        """`needs_events`: an answer that reads events says nothing where those are gone. `travels`: its SQL can be said
        to other engines than DuckDB."""
        self.name = module.rpartition(".")[2]
        """As in the endpoint and the command."""
        self.definition = (definition or "").strip()
        """What exactly is counted, as Markdown; the first line is the title."""
        self.parameters = parameters
        self.answer_type = answer
        self.subject = subject
        """What it is about: metrics of one subject are listed together."""
        self._answering = answering
        self._needs_events = needs_events
        self.travels = travels

    @property
    def title(self) -> str:
        return self.definition.partition("\n")[0]

    def answer(self, parameters: P, store: Readable, now: dt.datetime | None = None, rules: Rules | None = None) -> A:
        """Answer as of `now` (the clock's, unless given; what happened is judged by it, not cut off).

        Raises `WrongParameter`, and what `Store.reading` raises.
        """
        moment = now or dt.datetime.now(dt.UTC)
        with store.reading() as reader:
            return self.answer_of(parameters, reader, moment, rules or Rules())

    def answer_of(self, parameters: P, reader: Reader, now: dt.datetime, rules: Rules) -> A:
        """The same of a moment of the store that is open. Raises `WrongParameter`, and what `Reader.query` raises."""
        answer = self._answer(parameters, reader, now, rules)
        if parameters.compare_segment is not None:
            answer.compared = self._answer(parameters.of_compared(), reader, now, rules)
        return answer

    def _answer(self, parameters: P, reader: Reader, now: dt.datetime, rules: Rules) -> A:
        asking = Asking(
            reader,
            now,
            rules,
            self.name,
            unbuilt=unbuilt_rollups(reader, parameters.game_id),
            is_merged=has_merges(reader, parameters.game_id, parameters.env),
            gone=gone_of(reader, parameters.game_id),
            is_explained=parameters.explain,
        )
        merged = merged_ids(parameters, asking)
        answer = self._answering(about_who_stays(parameters, merged), asking)
        answer.statements = list(asking.statements) if parameters.explain else None
        removed = told_of_removed(answer, asking, needs_events=self._needs_events)
        answer.hints = [*removed, *answer.hints, *told_of_merged(merged), *hints(parameters, asking, answer)]
        return answer


@cache
def metrics() -> dict[str, Metric[Any, Any]]:
    """Every metric by its name, in the order of the names."""
    found: dict[str, Metric[Any, Any]] = {}
    for module in pkgutil.iter_modules(playtrace.metrics.__path__):
        if not module.ispkg:
            metric = import_module(f"playtrace.metrics.{module.name}").METRIC
            found[metric.name] = metric
    return dict(sorted(found.items()))
