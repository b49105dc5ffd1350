"""README.md and the other pages tell people to run commands that exist, with options that exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from generated_pages import program, subcommands
from typer.core import TyperOption

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMAND = re.compile(r"(?:`|run |bin/)playtrace ([a-z][^`\n]*)")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    """What the pages say in code to run, without comments and what follows on the line."""
    found: set[str] = set()
    for page in PAGES:
        if page.name == "cli.md":
            continue  # made from the commands themselves
        for code in CODE.findall(page.read_text("utf-8")):
            found |= {re.split(r"  | &&", command)[0].strip() for command in COMMAND.findall(code)}
    return sorted(found)


@pytest.mark.parametrize("command", commands())
def test_commands_exist(command: str):
    node = program()
    words = shlex.split(command)
    while words and not words[0].startswith("--") and (below := subcommands(node)):
        assert words[0] in below, f"there is no command {words[0]}"
        node = below[words.pop(0)]
    options = {name for option in node.params if isinstance(option, TyperOption) for name in option.opts}
    options |= {name for option in node.params if isinstance(option, TyperOption) for name in option.secondary_opts}
    assert {word for word in words if word.startswith("--")} <= options | {"--help"}


def test_enough_commands_are_looked_at():
    assert {"demo", "serve", "doctor"} <= {command.split()[0] for command in commands()}


def test_the_two_commands():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "uv run playtrace demo\n" in readme
    assert "uv run pytest\n" in readme
    ended = subprocess.run(
        [sys.executable, "-m", "playtrace", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.startswith("playtrace ")


def test_the_python_example_runs_as_it_is():
    code = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert len(code) == 1
    compile(code[0], "README.md", "exec")
