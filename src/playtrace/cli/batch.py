"""`playtrace batch`: metrics of a lake by Spark, written as Parquet beside it. `spark-submit` runs this file too."""

from __future__ import annotations

import datetime as dt
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from playtrace.cli.settings_options import settings_from
from playtrace.cli.tables import print_hint, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playtrace.batch.run import Plan, Report

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Metrics of a lake by Spark, and rows of a day for other programs, as Parquet beside it.",
)

Lake = Annotated[
    str | None,
    typer.Option("--lake", metavar="PLACE", help="The lake: a folder, or s3://bucket/path. [PLAYTRACE_LAKE_URL]"),
]
Results = Annotated[str, typer.Option("--results", metavar="PLACE", help="Where results go: a folder, or s3://…")]
Games = Annotated[
    list[str] | None,
    typer.Option("--game", metavar="GAME", help="Only this game; several times for several. Default: all."),
]
DAY = ["%Y-%m-%d"]


@app.callback()
def needs() -> None:
    for package in ("pyspark", "pyiceberg", "sqlglot"):
        if find_spec(package) is None:
            _fail(f"This needs the Python package {package}: pip install 'playtrace[batch]'")


@app.command()
def run(
    questions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="METRIC…",
            help="METRIC, or NAME=METRIC?name=value&… with parameters as in the address of the API.",
        ),
    ] = None,
    results: Results = "results",
    lake: Lake = None,
    facts: Annotated[
        list[str] | None,
        typer.Option("--fact", metavar="NAME", help="Rows of a day, such as session; `all` for a warehouse."),
    ] = None,
    games: Games = None,
    first: Annotated[
        dt.datetime | None, typer.Option("--from", formats=DAY, metavar="DAY", help="First day. Default: yesterday.")
    ] = None,
    last: Annotated[
        dt.datetime | None,
        typer.Option("--to", formats=DAY, metavar="DAY", help="Last day, included. Default: yesterday."),
    ] = None,
    time_zone: Annotated[str, typer.Option("--time-zone", help="Whose days are counted.")] = "UTC",
    currency: Annotated[str, typer.Option("--currency", help="The games' own: of purchases that name none.")] = "USD",
    limits: Annotated[
        list[str] | None,
        typer.Option("--limit", metavar="CHECK=NUMBER", help="How much a check may find; `any` for no limit."),
    ] = None,
    checks: Annotated[bool, typer.Option(help="Whether data is checked before it is counted.")] = True,
    alert: Annotated[
        str | None,
        typer.Option(metavar="COMMAND", help="Run when the run was not good, with what failed as JSON on its input."),
    ] = None,
    emf: Annotated[
        bool, typer.Option("--emf", help="Print a line for each game in CloudWatch's embedded metric format.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Questions that are worked on beside each other.")] = 4,
    master: Annotated[
        str | None, typer.Option(help="Spark's master. Default: this machine, or what spark-submit says.")
    ] = None,
    spark_options: Annotated[
        list[str] | None, typer.Option("--spark", metavar="NAME=VALUE", help="A setting of Spark.")
    ] = None,
) -> None:
    """Check the data of each day, ask each question of it, and write the answers in place of those before. Exit code 1
    where a check or a question failed: of such a day, or question, nothing is written."""
    from playtrace.batch.errors import BatchError

    try:
        plan = _plan(lake, results, questions, facts, games, first, last, time_zone, currency, limits, checks, at_once)
        report = _run(plan, master, spark_options or [])
    except BatchError as error:
        _fail(str(error))
    _tell(report, as_json=as_json, emf=emf)
    if not report.is_good:
        if alert is not None:
            _alert(alert, report)
        raise typer.Exit(1)


@app.command()
def warehouse() -> None:
    """Print the statements that make the tables and reports of a star schema in Redshift."""
    from playtrace.batch.warehouse.loading import schema

    _print_sql(schema())


@app.command()
def load(
    results: Annotated[str, typer.Option("--results", metavar="PLACE", help="Where a run wrote facts: s3://…")],
    iam_role: Annotated[
        str, typer.Option("--iam-role", metavar="ARN", help="The role that Redshift reads the bucket with.")
    ] = "default",
    games: Games = None,
    first: Annotated[dt.datetime | None, typer.Option("--from", formats=DAY, metavar="DAY", help="First day.")] = None,
    last: Annotated[
        dt.datetime | None, typer.Option("--to", formats=DAY, metavar="DAY", help="Last day, included.")
    ] = None,
) -> None:
    """Print the statements that load days into Redshift, each day as one transaction that may be repeated. Default:
    those of which the last run wrote all facts."""
    from playtrace.batch.errors import BatchError
    from playtrace.batch.warehouse.loading import load

    try:
        days = _days_to_load(results, games, first, last)
        now = dt.datetime.now(dt.UTC)
        for game_id, day in days:
            _print_sql(load(results, game_id, day, iam_role, now))
    except BatchError as error:
        _fail(str(error))
    if not days:
        _fail("The last run wrote no day whole: `playtrace batch run --fact all` does.")


@app.command()
def athena(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Print this one. Default: list them.")] = None,
) -> None:
    """Questions to the lake itself, for Athena."""
    from playtrace.batch.warehouse.loading import queries

    found = queries()
    if name is None:
        print_table(["Name", "What"], [[one, title] for one, (title, _) in found.items()])
    elif name in found:
        typer.echo(found[name][1])
    else:
        _fail(f"There is no question {name}. There are {', '.join(found)}.")


def _days_to_load(
    results: str, games: list[str] | None, first: dt.datetime | None, last: dt.datetime | None
) -> list[tuple[str, dt.date]]:
    """Raises `BatchError`."""
    from playtrace.batch.errors import BatchError
    from playtrace.batch.results import Results
    from playtrace.batch.warehouse.loading import days_of

    if first is None and last is None:
        report = Results(results).last_report()
        days = [] if report is None else days_of(report)
        return [day for day in days if not games or day[0] in games]
    if first is None or last is None or not games or first > last:
        raise BatchError("Name a game and both ends: --game GAME --from DAY --to DAY.")
    count = (last - first).days + 1
    return [(game, first.date() + dt.timedelta(days=number)) for game in games for number in range(count)]


def _print_sql(statements: Iterable[str]) -> None:
    for statement in statements:
        typer.echo(f"{statement};\n")


def _plan(
    lake: str | None,
    results: str,
    questions: list[str] | None,
    facts: list[str] | None,
    games: list[str] | None,
    first: dt.datetime | None,
    last: dt.datetime | None,
    time_zone: str,
    currency: str,
    limits: list[str] | None,
    checks: bool,
    at_once: int,
) -> Plan:
    """Raises `BatchError`."""
    from playtrace.batch.errors import BatchError
    from playtrace.batch.facts import FACTS
    from playtrace.batch.quality.checks import read_limits
    from playtrace.batch.questions import read_question
    from playtrace.batch.run import Plan
    from playtrace.metrics.frame.asking import Rules
    from playtrace.mirrors.from_settings import lake_url_of

    settings = settings_from()
    place = lake or settings.mirrors.lake_url
    if place is None:
        _fail("Name a lake: --lake PLACE, or PLAYTRACE_LAKE_URL.")
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        _fail(f"Expected the name of a time zone, such as Europe/Berlin or UTC, got {time_zone!r}.")
    if not questions and not facts:
        _fail("Name a metric, or a table of facts: playtrace batch run retention --fact session")
    named = list(FACTS) if "all" in (facts or []) else list(dict.fromkeys(facts or []))
    if unknown := sorted(set(named) - set(FACTS)):
        raise BatchError(f"There are no facts {', '.join(unknown)}. There are {', '.join(FACTS)}.")
    read = [read_question(text) for text in dict.fromkeys(questions or [])]
    names = [question.name for question in read]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BatchError(f"Two questions have the name {', '.join(twice)}: their results would be one.")
    yesterday = dt.datetime.now(zone).date() - dt.timedelta(days=1)
    rules = settings.rules
    return Plan(
        lake=lake_url_of(place),
        results=results if "://" in results else str(Path(results).absolute()),
        first_day=first.date() if first else min(yesterday, last.date()) if last else yesterday,
        last_day=last.date() if last else max(yesterday, first.date()) if first else yesterday,
        questions=read,
        facts=named,
        games=list(dict.fromkeys(games or [])),
        time_zone=time_zone,
        rules=Rules.of(
            settle_hours=rules.settle_hours,
            session_timeout_minutes=rules.session_timeout_minutes,
            currency=currency.upper(),
        ),
        limits=read_limits(limits or []),
        is_checked=checks,
        at_once=at_once,
    )


def _run(plan: Plan, master: str | None, options: list[str]) -> Report:
    from playtrace.batch.errors import BatchError
    from playtrace.batch.run import run
    from playtrace.batch.session import spark_session

    named: dict[str, str] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals:
            raise BatchError(f"Expected a setting of Spark as NAME=VALUE, got {option!r}.")
        named[name] = value
    return run(plan, lambda: spark_session(master, named))


def _tell(report: Report, *, as_json: bool, emf: bool) -> None:
    from playtrace.batch.telling import embedded_metrics

    if as_json:
        import msgspec

        print_json(msgspec.to_builtins(report))
    else:
        bad = [[one.game_id, one.day, one.name, one.found, one.limit, one.text] for one in report.failed_checks]
        if bad:
            print_table(["Game", "Day", "Check failed", "Found", "Limit", "What"], bad)
        rows = [
            [one.kind, one.name, one.game_id, one.day, one.rows, one.seconds, one.at or one.error]
            for one in report.results
        ]
        if rows:
            print_table(["Kind", "Name", "Game", "Day", "Rows", "Seconds", "Where, or why not"], rows)
    for line in embedded_metrics(report) if emf else ():
        typer.echo(line)
    for one in report.failed_checks:
        named = f": {'; '.join(one.named)}" if one.named else ""
        print_hint(f"{one.game_id}, {one.day}: the check {one.name} failed, nothing was written of this day{named}.")


def _alert(command: str, report: Report) -> None:
    from playtrace.batch.telling import alert

    if (why := alert(command, report)) is not None:
        print_hint(why)


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)


if __name__ == "__main__":
    app()
