"""Parts of the documentation that are made from the code.

`uv run python tests/docs/generated_pages.py` writes them anew; `test_generated_pages.py` fails when one of them
is not what the code says. In a page they stand between `<!-- made from the code: NAME -->` and `<!-- end -->`; the page
of a metric (`metric_pages.py`) and the OpenAPI document are made whole.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import typer.main
from metric_pages import common_parameters, metric_addresses, metric_pages, metric_table
from typer.core import TyperArgument, TyperOption

from playtrace.api.app import create_app
from playtrace.cli.main import app
from playtrace.config import known_settings
from playtrace.metrics.frame.metric import metrics

ROOT = Path(__file__).parents[2]
OPENAPI = ROOT / "tests" / "golden" / "openapi.json"
METRICS = ROOT / "docs" / "metrics"
BLOCK = re.compile(r"(<!-- made from the code: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def settings() -> str:
    lines = ["| setting | in a table of the file | environment variable | default | meaning |", "|---|---|---|---|---|"]
    for setting in known_settings():
        *table, key = setting.path
        place = f"`[{'.'.join(table)}] {key}`" if table else ""
        default = _default(setting.field.default)
        lines.append(f"| `{setting.name}` | {place} | `{setting.variable}` | {default} | {setting.field.description} |")
    return "\n".join(lines)


def _default(value: Any) -> str:
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    return f"`{value}`"


@cache
def program() -> Any:
    """The command that all others are below."""
    return typer.main.get_command(app)


def commands() -> str:
    parts: list[str] = []
    _describe(program(), "playtrace", parts)
    return "\n\n".join(parts)


def _describe(command: Any, path: str, parts: list[str]) -> None:
    children = subcommands(command)
    text = (command.help or "").strip()
    if path.startswith("playtrace query "):
        name = path.split()[-1]
        text = f"{text.partition(chr(10))[0]} What it counts is said in [its page](metrics/{name}.md)."
    lines = [f"{'##' if children or path.count(' ') == 1 else '###'} `{path}`", text]
    arguments = [parameter for parameter in command.params if isinstance(parameter, TyperArgument)]
    options = [
        parameter
        for parameter in command.params
        # The ones about completion are typer's, and so are their words.
        if isinstance(parameter, TyperOption) and not str(parameter.name).endswith("_completion")
    ]
    if not children:
        lines.append("```\n" + " ".join([path, *map(_argument_name, arguments), "[OPTIONS]"]) + "\n```")
    rows = [
        f"| `{_argument_name(argument)}` | {_cell(argument.help)} | {'required' if argument.required else ''} |"
        for argument in arguments
    ]
    rows += [f"| {_option_name(option)} | {_cell(option.help)} | {_option_default(option)} |" for option in options]
    if rows:
        lines.append("\n".join(["| argument or option | meaning | default |", "|---|---|---|", *rows]))
    parts.append("\n\n".join(lines))
    for name, child in children.items():
        _describe(child, f"{path} {name}", parts)


@cache
def subcommands(command: Any) -> dict[str, Any]:
    """By name, in the order of the help; empty for a command that has none. Those of `query` take their time."""
    if not hasattr(command, "list_commands"):
        return {}
    return {name: command.get_command(None, name) for name in command.list_commands(None)}


def _argument_name(argument: TyperArgument) -> str:
    return str(argument.metavar or str(argument.name).upper())


def _option_name(option: TyperOption) -> str:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    return f"{names} {option.metavar}" if option.metavar else names


def _option_default(option: TyperOption) -> str:
    if option.required:
        return "required"
    if option.is_flag or option.default is None or option.default == "":
        return ""
    if isinstance(option.default, Enum):
        choices = " or ".join(f"`{choice.value}`" for choice in type(option.default))
        return f"`{option.default.value}` ({choices})"
    return f"`{option.default}`"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


BLOCKS: dict[str, Callable[[], str]] = {
    "settings": settings,
    "metric_table": metric_table,
    "metric_addresses": metric_addresses,
    "common_parameters": common_parameters,
    "commands": commands,
}


def pages() -> list[Path]:
    """Pages that have a generated part."""
    return [page for page in sorted((ROOT / "docs").rglob("*.md")) if BLOCK.search(page.read_text("utf-8"))]


def filled(text: str) -> str:
    """The page with its generated parts as the code has them now."""
    return BLOCK.sub(lambda block: f"{block[1]}\n{BLOCKS[block[2]]().strip()}\n\n{block[4]}", text)


def openapi() -> str:
    return json.dumps(create_app().openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def made_whole() -> list[Path]:
    """The files of which nothing is written by hand."""
    return [OPENAPI, *(METRICS / f"{name}.md" for name in metrics())]


@cache
def whole() -> dict[Path, str]:
    """Their texts."""
    return {METRICS / f"{name}.md": text for name, text in metric_pages().items()} | {OPENAPI: openapi()}


def superfluous() -> list[Path]:
    """Pages of metrics that there are no longer."""
    return sorted(set(METRICS.glob("*.md")) - {*made_whole(), METRICS / "README.md"})


def main() -> None:
    for page in superfluous():
        page.unlink()
        print(f"removed {page.relative_to(ROOT)}")
    written = {page: filled(page.read_text("utf-8")) for page in pages()} | whole()
    for path, text in written.items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            print(f"wrote {path.relative_to(ROOT)}")
    # A database is started only where it has something to say.
    sys.path.insert(0, str(ROOT / "tests"))
    importlib.import_module("databases.game_database_page").write_anew()


if __name__ == "__main__":
    main()
