"""Exchange rates in the registry, in files, and on the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from playtrace.cli import games, rates
from playtrace.config import Settings
from playtrace.registry.errors import Invalid, UnknownGame
from playtrace.registry.exchange_rates import RATES_MAX, Rate, RateFilter, read_rate, shown
from playtrace.registry.rate_files import read_csv
from playtrace.registry.registry import Registry

SECOND = dt.date(2026, 3, 2)
THIRD = dt.date(2026, 3, 3)
ECB = """Date,USD,JPY,BGN,
2026-03-03,1.0805,163.2,N/A,
2026-03-02,1.08,162.9,,

"""


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    registry = Registry.open(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    registry.games.add("arena")
    registry.games.add("other")
    yield registry
    registry.close()


def rate(day: dt.date, currency: str, into: str, value: str) -> Rate:
    return read_rate(day, currency, into, value)


@pytest.mark.parametrize(
    ("text", "trillionths", "printed"),
    [
        ("1.10", 1_100_000_000_000, "1.1"),
        ("0.0067", 6_700_000_000, "0.0067"),
        ("1000000", 10**18, "1000000"),
        (" 9.4E-5 ", 94_000_000, "0.000094"),
        ("0.0000000000015", 2, "0.000000000002"),
        ("0.0000000000025", 2, "0.000000000002"),
    ],
)
def test_rates_are_kept_exactly(text: str, trillionths: int, printed: str) -> None:
    kept = read_rate(SECOND, "EUR", "USD", text)
    assert (kept.trillionths, shown(kept.trillionths)) == (trillionths, printed)


@pytest.mark.parametrize("text", ["0", "-1", "1,10", "1000001", "1e99", "NaN", "", "0.0000000000001", "9" * 500, "1/3"])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(Invalid, match="rate: expected a number above 0"):
        read_rate(SECOND, "EUR", "USD", text)


@pytest.mark.parametrize(
    ("currency", "into", "field"), [("EURO", "USD", "currency"), ("EUR", "us", "into"), ("EUR", "EUR", "into")]
)
def test_what_is_no_currency(currency: str, into: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_rate(SECOND, currency, into, "1")
    assert refused.value.field == field


def test_one_rate_on_each_line() -> None:
    text = "\ufeffCurrency, Rate, Date, Into\r\neur, 1.1, 2026-03-02, usd\r\n\r\n"
    assert read_csv(text) == [rate(SECOND, "EUR", "USD", "1.1")]
    assert read_csv("day,currency,rate\n2026-03-02,JPY,0.0067\n", into="USD") == [rate(SECOND, "JPY", "USD", "0.0067")]


def test_a_column_for_each_currency() -> None:
    assert read_csv(ECB, of="EUR") == [
        rate(THIRD, "EUR", "USD", "1.0805"),
        rate(THIRD, "EUR", "JPY", "163.2"),
        rate(SECOND, "EUR", "USD", "1.08"),
        rate(SECOND, "EUR", "JPY", "162.9"),
    ]
    assert read_csv("Date, USD, \n2 March 2026, 1.08, \n", of="EUR") == [rate(SECOND, "EUR", "USD", "1.08")]
    assert read_csv(ECB, of="EUR", since=THIRD, currencies=frozenset({"JPY"})) == [rate(THIRD, "EUR", "JPY", "163.2")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: expected the names of the columns"),
        ("a,b\n1,2\n", "line 1: expected the names of the columns"),
        ("date,rate\n", "line 1: expected a column `currency`"),
        ("date,currency,rate\n", "into: expected the currency that the rates are in"),
        ("Date,USD\n2026-03-02,1\n", "of: expected the currency of which"),
        ("Date,dollars\n", "of: expected"),
        ("date,currency,into,rate\n2026-03-02,EUR,USD,1\n2026-02-30,EUR,USD,1\n", "line 3: date: expected a day"),
        ("date,currency,into,rate\n2026-03-02,EUR,USD\n", "line 2: expected 4 columns, got 3"),
        ("date,currency,into,rate\n2026-03-02,EUR,USD,'=1'\n", "line 2: rate: expected a number above 0"),
        ('date,currency,into,rate\n2026-03-02,EUR,"USD,1\n', "line 2"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_csv(text)
    assert str(refused.value).startswith(sentence)


def test_rates_of_the_same_day_are_replaced_and_others_stay(registry: Registry) -> None:
    registry.rates.put(
        [rate(SECOND, "EUR", "USD", "1"), rate(THIRD, "EUR", "USD", "2"), rate(SECOND, "USD", "EUR", "3")]
    )
    registry.rates.put([rate(SECOND, "EUR", "USD", "8"), rate(SECOND, "EUR", "USD", "9")])
    found, count = registry.rates.find(RateFilter(), rates_max=2)
    assert (found, count) == ([rate(THIRD, "EUR", "USD", "2"), rate(SECOND, "EUR", "USD", "9")], 3)
    assert registry.rates.find(RateFilter(), game_id="arena", rates_max=9) == ([], 0)
    assert registry.rates.remove(RateFilter(currency="USD", last=SECOND)) == 2
    assert registry.rates.find(RateFilter(), rates_max=9) == ([rate(THIRD, "EUR", "USD", "2")], 1)


def test_a_games_own_rates_go_before_those_for_all(registry: Registry) -> None:
    everyones = [rate(SECOND, "EUR", "USD", "1"), rate(SECOND, "EUR", "JPY", "160"), rate(THIRD, "EUR", "USD", "2")]
    registry.rates.put(everyones)
    # The other way round it is the same pair.
    own = rate(SECOND, "USD", "EUR", "0.5")
    registry.rates.put([own], game_id="arena")
    assert set(registry.rates.for_game("arena", {"USD"}, SECOND, THIRD)) == {own, everyones[2]}
    assert set(registry.rates.for_game("other", {"USD"}, SECOND, THIRD)) == {everyones[0], everyones[2]}
    assert set(registry.rates.for_game("other", {"JPY"}, SECOND, SECOND)) == {everyones[1]}
    assert registry.rates.for_game("other", {"SEK"}, SECOND, THIRD) == []


def test_a_table_has_a_limit_and_what_is_beyond_changes_nothing(registry: Registry) -> None:
    before = rate(SECOND, "EUR", "USD", "1")
    registry.rates.put([before])
    days = [dt.date(1900, 1, 1) + dt.timedelta(days=number) for number in range(RATES_MAX // 2)]
    more = [Rate(day, "EUR", into, 1) for day in days for into in ("JPY", "SEK")]
    with pytest.raises(Invalid, match="at most 50,000 in a table, this would make 50,001"):
        registry.rates.put(more)
    assert registry.rates.find(RateFilter(), rates_max=9) == ([before], 1)
    registry.rates.put(more, game_id="arena")
    assert registry.rates.find(RateFilter(), game_id="arena", rates_max=1)[1] == RATES_MAX


def test_rates_of_a_game_that_there_is_not(registry: Registry) -> None:
    for asked in (
        lambda: registry.rates.put([], game_id="nobodys"),
        lambda: registry.rates.remove(RateFilter(), game_id="nobodys"),
        lambda: registry.rates.find(RateFilter(), game_id="nobodys", rates_max=1),
    ):
        with pytest.raises(UnknownGame):
            asked()


def test_many_rates_of_many_days(registry: Registry) -> None:
    days = [SECOND + dt.timedelta(days=number) for number in range(1_200)]
    for value in ("1", "2"):
        registry.rates.put([rate(day, "EUR", into, value) for day in days for into in ("USD", "JPY")])
    found, count = registry.rates.find(RateFilter(), rates_max=1)
    assert (count, found[0].trillionths) == (2_400, 2 * 10**12)


# --- the command ---


@pytest.fixture
def data(tmp_path: Path) -> Path:
    Registry.open(Settings(data=tmp_path / "data").registry_database).close()
    return tmp_path / "data"


def run(data: Path, *words: str, text: str | None = None) -> Any:
    app = typer.Typer()
    app.add_typer(rates.app, name="rates")
    app.add_typer(games.app, name="games")
    return CliRunner().invoke(app, [*words, "--data", str(data)], input=text)


def test_import_list_and_remove(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "eurofxref-hist.csv"
    file.write_text(ECB, "utf-8")
    done = run(data, "rates", "import", str(file), "--of", "eur", "--from", "2026-03-03")
    assert (done.exit_code, done.stderr) == (0, "2 rates of 1 days, 2026-03-03 to 2026-03-03.\n")
    listed = run(data, "rates", "list", "--currency", "JPY").stdout.split()
    assert listed[-4:] == ["2026-03-03", "EUR", "163.2", "JPY"]
    run(data, "games", "add", "arena")
    text = "date,currency,into,rate\n2026-03-02,EUR,USD,1.1\n"
    assert run(data, "rates", "import", "-", "--game", "arena", text=text).exit_code == 0
    assert '"rate": "1.1"' in run(data, "rates", "list", "--game", "arena", "--json").stdout
    assert run(data, "rates", "remove", "--currency", "JPY").stderr == "1 rates removed.\n"
    assert run(data, "rates", "remove", "--all").stderr == "1 rates removed.\n"
    assert "playtrace rates import" in run(data, "rates", "list").stderr


@pytest.mark.parametrize(
    ("words", "text", "exit_code", "sentence"),
    [
        (["import", "-"], ECB, 1, "The of does not fit: expected the currency"),
        (["import", "-", "--of", "EURO"], ECB, 1, "The of does not fit"),
        (
            ["import", "-", "--game", "nobodys"],
            "date,currency,into,rate\n2026-03-02,EUR,USD,1\n",
            1,
            "no game with the id",
        ),
        (["import", "nowhere.csv"], None, 2, "nowhere.csv cannot be read"),
        (["remove"], None, 2, "Say which rates"),
        (["remove", "--all", "--currency", "EUR"], None, 2, "Say which rates"),
    ],
)
def test_what_the_command_refuses(
    data: Path, words: list[str], text: str | None, exit_code: int, sentence: str
) -> None:
    done = run(data, "rates", *words, text=text)
    assert (done.exit_code, done.stdout) == (exit_code, "")
    assert sentence in done.stderr
