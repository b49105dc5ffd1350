"""`playtrace rates`: exchange rates, by which revenue in other currencies is converted."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from playtrace.cli.registry_access import AsJson, DataFolder, in_folder, open_registry
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.registry.errors import Invalid
from playtrace.registry.exchange_rates import CURRENCY, Rate, RateFilter, shown
from playtrace.registry.rate_files import FILE_BYTES_MAX, read_csv

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Exchange rates, by which revenue in other currencies is converted.",
)

Game = Annotated[
    str | None, typer.Option("--game", metavar="GAME", help="Rates of this game alone. Default: those for all games.")
]
CurrencyOption = Annotated[str | None, typer.Option("--currency", help="Only rates with this one on either side.")]
From = Annotated[dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Only this day and later.")]
To = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only this day and earlier.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV; - for standard input.", allow_dash=True)],
    game_id: Game = None,
    into: Annotated[str | None, typer.Option(help="What rates are in, where the file has no such column.")] = None,
    of: Annotated[
        str | None,
        typer.Option(help="Of a file with a column for each currency: of what these tell the worth. EUR for the ECB."),
    ] = None,
    currency: Annotated[
        list[str] | None, typer.Option(help="Only rates between these; several times for several.")
    ] = None,
    first: From = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Add the rates of a file, in place of those of the same day and currencies.

    One rate on each line (date,currency,into,rate), or a column for each currency (Date,USD,JPY,...).
    """
    text = _text(file)
    with open_registry(data) as registry:
        codes = [_code("currency", code) for code in currency or []]
        rates = read_csv(
            text,
            into=_code("into", into),
            of=_code("of", of),
            since=first.date() if first else None,
            currencies=frozenset(code for code in codes if code),
        )
        registry.rates.put(rates, game_id=game_id)
    if as_json:
        print_json({"gameId": game_id, "stored": len(rates)})
    elif rates:
        days = sorted({rate.day for rate in rates})
        print_hint(f"{len(rates):,} rates of {len(days):,} days, {days[0]} to {days[-1]}.")
    else:
        print_hint("The file has no rates of these days and currencies: nothing was changed.")


@app.command("list")
def list_rates(
    game_id: Game = None,
    currency: CurrencyOption = None,
    first: From = None,
    to: To = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest ones.")] = 50,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """List rates, the latest first."""
    with open_registry(data) as registry:
        rates, count = registry.rates.find(_filter(currency, first, to), game_id=game_id, rates_max=limit)
    if as_json:
        print_json({"gameId": game_id, "count": count, "rates": [_document(rate) for rate in rates]})
    elif rates:
        rows = [[rate.day, rate.currency, shown(rate.trillionths), rate.into] for rate in rates]
        print_table(["Day (UTC)", "One", "Is worth", "Of"], rows)
        if count > len(rates):
            print_hint(f"The latest {len(rates):,} of {count:,}: --limit shows more.")
    else:
        print_hint("No such rates. Add some: " + in_folder("playtrace rates import FILE.csv", data))


@app.command()
def remove(
    game_id: Game = None,
    currency: CurrencyOption = None,
    first: From = None,
    to: To = None,
    everything: Annotated[bool, typer.Option("--all", help="All of the table.")] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Remove rates: what they converted is unconverted from then on."""
    which = _filter(currency, first, to)
    if everything != (which == RateFilter()):
        _fail("Say which rates: --currency, --from, --to; or --all for all of them.")
    with open_registry(data) as registry:
        removed = registry.rates.remove(which, game_id=game_id)
    if as_json:
        print_json({"gameId": game_id, "removed": removed})
    else:
        print_hint(f"{removed:,} rates removed.")


def _filter(currency: str | None, first: dt.datetime | None, to: dt.datetime | None) -> RateFilter:
    return RateFilter(currency and currency.upper(), first and first.date(), to and to.date())


def _code(option: str, code: str | None) -> str | None:
    if code is not None and not CURRENCY.fullmatch(code.upper()):
        raise Invalid(option, "expected three letters as in ISO 4217, such as EUR")
    return code and code.upper()


def _document(rate: Rate) -> dict[str, object]:
    return {"day": rate.day, "currency": rate.currency, "into": rate.into, "rate": shown(rate.trillionths)}


def _text(file: Path) -> str:
    try:
        sent = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        if len(sent) > FILE_BYTES_MAX:
            _fail(f"{file} has more than {FILE_BYTES_MAX:,} bytes.")
        return sent.decode()
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"{file} cannot be read: {error}")


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)
