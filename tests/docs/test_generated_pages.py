"""What is made from the code is what the code says now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from generated_pages import BLOCKS, filled, made_whole, pages, superfluous, whole

REFRESH = "out of date: run `uv run python tests/docs/generated_pages.py` and read the diff"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_pages_are_up_to_date(page: Path):
    text = page.read_text("utf-8")
    assert filled(text) == text, REFRESH


def test_every_part_stands_in_a_page():
    text = "\n".join(page.read_text("utf-8") for page in pages())
    assert set(re.findall(r"<!-- made from the code: (\w+) -->", text)) == set(BLOCKS)


@pytest.mark.parametrize("file", made_whole(), ids=lambda file: file.name)
def test_what_is_made_whole_is_up_to_date(file: Path):
    assert file.exists(), REFRESH
    assert whole()[file] == file.read_text("utf-8"), REFRESH


def test_no_page_is_left_of_a_metric_that_went():
    assert superfluous() == []
