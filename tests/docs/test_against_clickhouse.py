"""Each metric has its counterpart in ClickHouse's SQL, and each of these says what of our answer it is held against."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playtrace.metrics.frame.metric import metrics

FOLDER = Path(__file__).parents[2] / "benchmarks" / "clickhouse"
LAYOUT = "events"


def test_there_is_one_query_for_each_metric():
    assert {path.stem for path in FOLDER.iterdir()} == {*metrics(), LAYOUT}


@pytest.mark.parametrize("name", sorted(metrics()))
def test_each_statement_says_what_it_is_compared_with(name: str):
    statements = re.split(r";\s*\n", (FOLDER / f"{name}.sql").read_text("utf-8"))
    for statement in statements:
        said = re.findall(r"^-- rows of: (\w+|\.)", statement, re.MULTILINE)
        assert len(said) == 1, statement[:200]
        field = said[0]
        fields = {info.alias or own for own, info in metrics()[name].answer_type.model_fields.items()}
        assert field == "." or field in fields, field


def test_all_but_the_layout_only_reads():
    for path in FOLDER.glob("*.sql"):
        text = re.sub(r"^--.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
        for statement in filter(str.strip, re.split(r";\s*\n", text)):
            assert path.stem == LAYOUT or statement.split()[0] in {"WITH", "SELECT"}, path.name
