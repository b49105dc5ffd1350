"""A metric is one file in `playtrace.metrics`.

It defines `Parameters`, the type of its answer, its SQL and `answer`, says in its docstring exactly what is
counted, and ends with `METRIC = Metric(__name__, __doc__, Parameters, Retention, answer)`. The file alone makes
the endpoint, the command, the schema and the docs page: all of them read `metrics()`.
"""

from __future__ import annotations

import datetime as dt
import pkgutil
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, Literal, LiteralString, TypeVar

import playtrace.metrics
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.hints import hints
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Heading

if TYPE_CHECKING:
    # Only for these names: `playtrace query` asks a server without a database of its own.
    from playtrace.store.duckdb import Reader, Store

P = TypeVar("P", bound=CommonParameters)
A = TypeVar("A", bound=CommonAnswer)


@dataclass(frozen=True)
class Rules:
    """What the settings say about counting."""

    settle: dt.timedelta = dt.timedelta(hours=72)
    """A bucket is settled this long after its end."""
    session_timeout: dt.timedelta = dt.timedelta(minutes=30)
    """A longer silence of a player without session ids starts a new session."""

    @classmethod
    def of(cls, *, settle_hours: float, session_timeout_minutes: float) -> Rules:
        return cls(dt.timedelta(hours=settle_hours), dt.timedelta(minutes=session_timeout_minutes))


@dataclass(frozen=True)
class Asking:
    """Where a question finds what it needs; all its queries see one moment of the store."""

    reader: Reader
    now: dt.datetime
    rules: Rules
    metric: str
    started: float = field(default_factory=time.perf_counter)

    def rows(self, sql: LiteralString, bound: dict[str, object]) -> list[dict[str, Any]]:
        """The rows of a query, to which those of the values are bound that it names."""
        named = {name: bound[name] for name in re.findall(r"\$(\w+)", sql)}
        return self.reader.query(sql, named).to_pylist()

    def heading(
        self, parameters: CommonParameters, start: dt.datetime, end: dt.datetime, source: Literal["rollup", "raw"]
    ) -> Heading:
        """The fields that every answer has. Made last: it reads the clock."""
        return {
            "metric": self.metric,
            "game_id": parameters.game_id,
            "from_": start,
            "to": end,
            "time_zone": parameters.time_zone,
            "as_of": self.now,
            "source": source,
            "elapsed_ms": round((time.perf_counter() - self.started) * 1000, 2),
        }


def source_of(parameters: CommonParameters, *, rollup_fits: bool) -> Literal["rollup", "raw"]:
    """Where to read. Raises `WrongParameter` when the rollup was asked for and cannot answer."""
    possible = rollup_fits and parameters.env == "prod"
    if parameters.source == "rollup" and not possible:
        raise WrongParameter(
            "source", "The rollup cannot answer this: it holds env=prod, in quarters of an hour. Ask for `auto`."
        )
    return "rollup" if possible and parameters.source != "raw" else "raw"


class Metric(Generic[P, A]):
    """One question that playtrace answers."""

    def __init__(
        self,
        module: str,
        definition: str | None,
        parameters: type[P],
        answer: type[A],
        answering: Callable[[P, Asking], A],
    ) -> None:
        self.name = module.rpartition(".")[2]
        """As in the endpoint and the command."""
        self.definition = (definition or "").strip()
        """What exactly is counted, as Markdown; the first line is the title."""
        self.parameters = parameters
        self.answer_type = answer
        self._answering = answering

    @property
    def title(self) -> str:
        return self.definition.partition("\n")[0]

    def answer(self, parameters: P, store: Store, now: dt.datetime | None = None, rules: Rules | None = None) -> A:
        """Answer as of `now` (the clock's, unless given; what happened is judged by it, not cut off).

        Raises `WrongParameter`, and what `Store.reading` raises.
        """
        with store.reading() as reader:
            moment = now or dt.datetime.now(dt.UTC)
            asking = Asking(reader, moment, rules or Rules(), self.name)
            answer = self._answering(parameters, asking)
            answer.hints = hints(parameters, asking.rows)
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
