"""`playtrace query`: one command for each metric there is, with the metric's own parameters."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_origin

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from typer.core import TyperGroup
from typer.main import get_command

import playtrace.metrics
from playtrace.cli.local_server import ServerRefused, running_server
from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_csv, print_table
from playtrace.config import Settings
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters
from playtrace.store.errors import StoreError
from playtrace.validation import in_its_words

if TYPE_CHECKING:
    # Only for this name: it imports every metric.
    from playtrace.metrics.frame.catalogue import MetricEntry


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FORMAT_HELP = (
    "How the answer is printed. Money is in whole units, and in JSON in millionths. In CSV a text that a spreadsheet"
    " would take for a formula has a ' before it."
)


class UnknownGame(Exception):
    """There is no such game."""


OPTIONS = {"game_id": "--game", "from_": "--from", "explain": "--sql"}
"""Where the option is not the parameter's name."""


def _option_name(parameter: str) -> str:
    return OPTIONS.get(parameter, "--" + parameter.replace("_", "-"))


def _command(metric: Metric[Any, Any]) -> Callable[..., None]:
    def ask(**given: Any) -> None:
        data, output = given.pop("data"), given.pop("output")
        try:
            fields = metric.parameters.model_fields
            asked = {fields[name].alias or name: value for name, value in given.items() if value}
            answer = _ask(settings_from(data=data), metric, asked)
        except ValidationError as error:
            _fail(_sentence(metric, error))
        except WrongParameter as error:
            _fail(f"{_option_of(metric, error.parameter)}: {error.message}")
        except (ServerRefused, StoreError, UnknownGame) as error:
            _fail(str(error))
        _print(answer, output)

    # Typer reads the options of a command from its signature; this one's are known only here.
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in (
            {name: _option(name, field) for name, field in metric.parameters.model_fields.items()}
            | {"output": (Annotated[Format, typer.Option("--format", help=FORMAT_HELP)], Format.TABLE)}
            | {"data": (Data, None)}
        ).items()
    ]
    ask.__signature__ = inspect.Signature(options)  # pyright: ignore[reportFunctionMemberAccess]
    ask.__annotations__ = {option.name: option.annotation for option in options}
    # The terminal breaks lines by its own width: only paragraphs and the points of a list begin new ones.
    ask.__doc__ = re.sub(r"(?<!\n)\n[ ]*(?![-\n ])", " ", metric.definition)
    return ask


def _option(name: str, field: FieldInfo) -> tuple[Any, Any]:
    """Text, which the parameter's own type reads: so that the command line and HTTP understand the same."""
    option = _option_name(name)
    help_text = field.description or ""
    if field.is_required():
        return Annotated[str, typer.Option(option, help=help_text)], inspect.Parameter.empty
    if field.annotation is bool:
        return Annotated[bool, typer.Option(option, help=help_text)], False
    repeatable = get_origin(field.annotation) is list
    shown = "" if repeatable or field.default is None else f" [{field.default}]"
    kind: Any = list[str] | None if repeatable else str | None
    return Annotated[kind, typer.Option(option, help=help_text + shown)], None


def _option_of(metric: Metric[Any, Any], parameter: str) -> str:
    """The option behind a parameter's name in JSON."""
    for name, field in metric.parameters.model_fields.items():
        if parameter in (name, field.alias):
            return _option_name(name)
    return parameter


def _ask(settings: Settings, metric: Metric[Any, Any], asked: dict[str, Any]) -> CommonAnswer:
    parameters: CommonParameters = metric.parameters.model_validate(asked)
    if (server := running_server(settings)) is not None:
        return metric.answer_type.model_validate(server.get(f"/api/metrics/{metric.name}", asked))
    if not settings.store_path.exists():
        raise StoreError(f"There is no store in {settings.data.absolute()}. Name the server's folder with --data.")
    return _answer_here(settings, metric, parameters)


def _answer_here(settings: Settings, metric: Metric[Any, Any], parameters: CommonParameters) -> CommonAnswer:
    """From the store itself, which no server has open."""
    # Only here: to ask a server needs neither a database nor a server.
    from playtrace.api.metrics import rules_of
    from playtrace.registry.registry import Registry
    from playtrace.store.duckdb import Store

    with closing(Registry.open(settings.registry_database)) as registry:
        game = registry.games.get(parameters.game_id)
        if game is None:
            raise UnknownGame(f"There is no game with the id {parameters.game_id!r}. See `playtrace games list`.")
        with closing(Store.open(settings.store_path, settings)) as store:
            asked = parameters.with_defaults_of(time_zone=game.time_zone, currency=game.currency)
            return metric.answer(asked, store, rules=rules_of(settings, registry, game))


def _print(answer: CommonAnswer, output: Format) -> None:
    if output is Format.JSON:
        typer.echo(answer.model_dump_json(indent=2))
        return
    if answer.statements is not None:
        statements = [*answer.statements, *(answer.compared.statements or [] if answer.compared else [])]
        typer.echo("\n\n".join(statement.strip() + ";" for statement in statements))
        return
    for hint in answer.hints:
        typer.secho(hint, err=True, fg=typer.colors.YELLOW)
    table = answer.rows()
    columns = list(table[0]) if table else []
    rows = [[row.get(column) for column in columns] for row in table]
    if output is Format.CSV:
        print_csv(columns, rows)
    elif rows:
        print_table(columns, [[_short(value) for value in row] for row in rows])
    else:
        typer.echo("Nothing was found.", err=True)


def _sentence(metric: Metric[Any, Any], error: ValidationError) -> str:
    found = [(str(field["loc"][0]), in_its_words(field["msg"])) for field in error.errors()]
    return "; ".join(f"{_option_of(metric, name)}: {message}" for name, message in found)


def _short(value: object) -> object:
    return f"{value:.4g}" if isinstance(value, float) and abs(value) < 10_000 else value


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)


class LazyMetrics(TyperGroup):
    """Imports a metric when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(playtrace.metrics.__path__) if not module.ispkg)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        single = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
        single.command(cmd_name)(_command(import_module(f"playtrace.metrics.{cmd_name}").METRIC))
        command = get_command(single)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=LazyMetrics,
    no_args_is_help=True,
    add_completion=False,
    help="Ask a metric, as GET /api/metrics/NAME does.",
    pretty_exceptions_show_locals=False,
)


def _list(asked: bool) -> None:
    if not asked:
        return
    from playtrace.metrics.frame.catalogue import catalogue

    rows = [[entry.name, entry.subject, entry.title, ", ".join(_own_options(entry))] for entry in catalogue().metrics]
    print_table(["Metric", "Subject", "What it says", "Its own options"], rows)
    raise typer.Exit


def _list_json(asked: bool) -> None:
    if not asked:
        return
    from playtrace.metrics.frame.catalogue import catalogue

    typer.echo(catalogue().model_dump_json(indent=2))
    raise typer.Exit


def _own_options(entry: MetricEntry) -> list[str]:
    own = [parameter for parameter in entry.parameters if not parameter.is_common]
    options = [_option_name(re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), one.name)) for one in own]
    return [f"{option} (required)" if one.required else option for option, one in zip(options, own, strict=True)]


@app.callback()
def options(
    list_: Annotated[
        bool, typer.Option("--list", callback=_list, is_eager=True, help="List every metric, and what is its own.")
    ] = False,
    list_json: Annotated[
        bool,
        typer.Option(
            "--list-json", callback=_list_json, is_eager=True, help="The same with all parameters, as GET /api/metrics."
        ),
    ] = False,
) -> None:
    """What holds for every metric: nothing is asked here."""
