"""`infrastructure/cost.py`: arithmetic that a person can follow, and that docs/aws.md shows."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import tomllib

import pytest
from configuration import INFRASTRUCTURE

PAGE = INFRASTRUCTURE.parent / "docs" / "aws.md"
SHOWN = re.compile(r"(?<=<!-- made by infrastructure/cost.py -->\n).*?(?=<!-- end -->)", re.DOTALL)


def cost(*arguments: str) -> str:
    command = [sys.executable, INFRASTRUCTURE / "cost.py", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=100).stdout


def test_the_page_shows_what_it_says() -> None:
    assert SHOWN.search(PAGE.read_text("utf-8"))[0].strip() == cost().strip()  # pyright: ignore[reportOptionalSubscript]


def test_a_line_can_be_worked_out_by_hand() -> None:
    lines = dict(re.findall(r"^\| (.+?) \| ([\d,]+) \|$", cost("--events", "1000", "--batch", "100"), re.MULTILINE))
    # Ten requests a second, 730 hours.
    requests = 10 * 730 * 3600
    assert lines["API Gateway"] == f"{requests * 1e-6:,.0f}"
    assert lines["Lambda"] == f"{requests * (0.2e-6 + 0.5 * 0.020 * 0.0000133334):,.0f}"
    # 61 kB a second go through one shard, which is kept longer than a day.
    assert (lines["shards"], lines["Kinesis"]) == ("1", f"{730 * (0.015 + 0.02) + requests * 0.014e-6:,.0f}")


def test_requests_beyond_the_first_cost_less() -> None:
    lines = dict(re.findall(r"^\| (.+?) \| ([\d,]+) \|$", cost("--events", "1000", "--batch", "1"), re.MULTILINE))
    assert lines["API Gateway"] == f"{300 + (1_000 * 730 * 3600 - 300e6) * 0.9e-6:,.0f}"


def test_every_price_says_where_it_stood_and_one_that_is_not_known_is_named() -> None:
    prices = tomllib.loads((INFRASTRUCTURE / "prices.toml").read_text("utf-8"))
    for name, price in prices.items():
        if price["usd"] < 0:
            assert name in cost().partition("Not counted")[2]
        else:
            is_dated = isinstance(price["date"], dt.date)
            assert price["page"] and (is_dated or name in cost().partition("no date")[2]), name


def test_what_cannot_be_is_refused() -> None:
    for wrong in (["--events", "0"], ["--batch", "7"]):
        with pytest.raises(subprocess.CalledProcessError):
            cost(*wrong)
