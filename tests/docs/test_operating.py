"""What the page for operators names is what there is."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
JOB = re.compile(r'\bJob\(\s*"([^"]+)"')
ROW = re.compile(r"^\| ((?:`[^`]+`(?:, )?)+) \|", re.MULTILINE)


def test_each_job_is_told_of() -> None:
    sources = (ROOT / "src" / "playtrace").rglob("*.py")
    jobs = {name for path in sources for name in JOB.findall(path.read_text("utf-8"))}
    assert {"judge alerts", "look for loaders"} <= jobs
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    table = page[page.index("| job | what it does |") : page.index("The page *Data health*")]
    assert {name for names in ROW.findall(table) for name in re.findall("`([^`]+)`", names)} == jobs
