"""The pages of `docs/metrics/`: one for each metric, made whole from its file, and the table that lists them."""

from __future__ import annotations

import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sample_game

from playtrace.bench.month import ASKED
from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.metrics.frame.catalogue import ParameterEntry, parameters_of
from playtrace.metrics.frame.metric import Metric, metrics
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters
from playtrace.store.duckdb import Store

ITEMS_SHOWN = 2
"""Of each list of an answer."""
LONG_LIST = re.compile(r"\[([^\[\],]+), [^\[\]]*, ([^\[\],]+)\]")
"""Three values or more that were bound as one."""


def metric_table() -> str:
    """Every metric, by subject."""
    by_subject: dict[str, list[Metric[Any, Any]]] = defaultdict(list)
    for metric in metrics().values():
        by_subject[metric.subject].append(metric)
    lines = ["| subject | metric | what it says |", "|---|---|---|"]
    for subject, of_subject in sorted(by_subject.items(), key=lambda item: (item[0] == "Other", item[0])):
        lines += [f"| {subject} | [`{one.name}`]({one.name}.md) | {one.title} |" for one in of_subject]
    return "\n".join(lines)


def metric_addresses() -> str:
    """The same for those who ask them over HTTP."""
    rows = [
        f"| `GET /api/metrics/{metric.name}` | {metric.title} [Exactly](metrics/{metric.name}.md) |"
        for metric in metrics().values()
    ]
    return "\n".join(["| | |", "|---|---|", *rows])


def common_parameters() -> str:
    return _parameter_table(parameters_of(CommonParameters))


def _parameter_table(parameters: list[ParameterEntry]) -> str:
    rows = [f"| `{one.name}` | {_type(one)} | {_default(one)} | {_cell(one.description)} |" for one in parameters]
    return "\n".join(["| parameter | type | default | meaning |", "|---|---|---|---|", *rows])


def _type(parameter: ParameterEntry) -> str:
    allowed = ", ".join(f"`{value}`" for value in parameter.allowed_values or [])
    kind = allowed or parameter.type
    return f"{kind}; several" if parameter.is_list else kind


def _default(parameter: ParameterEntry) -> str:
    if parameter.required:
        return "required"
    if parameter.default in (None, "", []):
        return "–"
    value = parameter.default
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


@cache
def metric_pages() -> dict[str, str]:
    """The text of each page by its metric's name."""
    with _sample_store() as store:
        return {metric.name: _page(metric, store) for metric in metrics().values()}


@contextmanager
def _sample_store() -> Generator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), store_threads=1)
        journal = Journal.open(settings.journal_path, settings)
        store = Store.open(None, settings)
        try:
            batch = Batch(
                received_at=sample_game.NOW,
                source="docs",
                game_id=sample_game.GAME,
                events=[Event(**event) for event in sample_game.events()],
            )
            Loader(store, journal, settings).load_batches([batch])
            yield store
        finally:
            store.close()
            journal.close()


def _page(metric: Metric[Any, Any], store: Store) -> str:
    asked = sample_game.ASKED | ASKED.get(metric.name, {}) | sample_game.OWN.get(metric.name, {})
    parameters = metric.parameters.model_validate(asked)
    # An answer that is explained is the same, and says besides what was asked of the store.
    explained = metric.answer(parameters.model_copy(update={"explain": True}), store, sample_game.NOW)
    answer = explained.model_copy(update={"statements": None})
    own = [parameter for parameter in parameters_of(metric.parameters) if not parameter.is_common]
    title, _, definition = metric.definition.partition("\n")
    parts = [
        f"# `{metric.name}`",
        title,
        # Headings of a docstring are below that of its metric.
        re.sub(r"^### ", "## ", definition.strip(), flags=re.MULTILINE),
        "## Parameters",
        f"`GET /api/metrics/{metric.name}`, or `playtrace query {metric.name}`. Beside"
        f" [those of every metric](README.md#parameters){':' if own else ', there are no others.'}",
        _parameter_table(own) if own else "",
        "## An example answer",
        f"Of a small game with {sample_game.PLAYERS} players; of each list the first {ITEMS_SHOWN}."
        " What the fields mean, `GET /api/openapi.json` says.",
        f"```\nGET /api/metrics/{metric.name}?{urlencode(asked, doseq=True, safe=',')}\n```",
        f"```json\n{json.dumps(_shown(answer), indent=2, ensure_ascii=False)}\n```",
        "## The SQL",
        "What was asked of the store for it. `explain` tells it with all its values, as `playtrace sql --internal`"
        " takes it; here long lists of them are cut.",
        *(f"```sql\n{_sql(statement)}\n```" for statement in explained.statements or []),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _shown(answer: CommonAnswer) -> Any:
    """The answer with few items of its lists, and with what is the same each time it is made."""
    # What a reader would wait, not what making this page took.
    document = answer.model_dump(mode="json", by_alias=True) | {"elapsedMs": 10.0}
    return _shortened(document)


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_shortened(one) for one in value[:ITEMS_SHOWN]]
    return round(value, 6) if isinstance(value, float) else value


def _sql(statement: str) -> str:
    lines = [line.rstrip() for line in statement.strip().splitlines()]
    return LONG_LIST.sub(r"[\1, ..., \2]", "\n".join(line for line in lines if line))
