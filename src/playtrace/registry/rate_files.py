"""Exchange rates as CSV, in the two forms in which they are to be had.

date,currency,into,rate        one rate on each line: one EUR is 1.10 USD.
2026-03-02,EUR,USD,1.10        A column `into` may be left out, if it is said beside the file.

Date,USD,JPY,BGN               a line for each day, a column for each currency, as the European Central Bank
2026-03-02,1.10,163.2,N/A      publishes them: what one unit of a currency is worth that is said beside the file.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Protocol

from playtrace.registry.errors import Invalid
from playtrace.registry.exchange_rates import CURRENCY, RATES_MAX, Rate, read_rate

FILE_BYTES_MAX = 16 * 1024 * 1024
COLUMNS_MAX = 500
DAY_COLUMNS = ("date", "day")
NOT_THERE = ("", "n/a", "na", "nan", "null", "-")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


class _Rows(Protocol):
    """What `csv.reader` makes."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...


def read_csv(
    text: str,
    *,
    into: str | None = None,
    of: str | None = None,
    since: dt.date | None = None,
    currencies: frozenset[str] = frozenset(),
) -> list[Rate]:
    """The rates in a file: from a day on, of some currencies, if these are given.

    `into`: what rates are in, where the file has no such column. `of`: of what the columns of a list give the worth.

    Raises `Invalid`, which names the line.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), skipinitialspace=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        names = [name.lower() for name in header]
        if not set(DAY_COLUMNS) & set(names):
            raise Invalid(
                "line 1", "expected the names of the columns: date,currency,into,rate, or Date,USD,JPY,... for a list"
            )
        if len(names) > COLUMNS_MAX:
            raise Invalid("line 1", f"expected at most {COLUMNS_MAX} columns")
        found: list[Rate] = []
        lines = _one_by_line(rows, names, into) if "rate" in names else _list_by_day(rows, header, of)
        for rate in lines:
            is_wanted = not currencies or {rate.currency, rate.into} <= currencies | {of, into}
            if is_wanted and (since is None or rate.day >= since):
                found.append(rate)
            if len(found) > RATES_MAX:
                raise Invalid(
                    "file", f"expected at most {RATES_MAX:,} rates: take only some of its currencies, or a later start"
                )
    except csv.Error as error:
        raise Invalid(f"line {rows.line_num}", f"expected CSV: {error}") from None
    return found


def _one_by_line(rows: _Rows, names: list[str], into: str | None) -> Iterator[Rate]:
    place = {name: number for number, name in enumerate(names)}
    day_column = next(name for name in DAY_COLUMNS if name in place)
    if "currency" not in place:
        raise Invalid("line 1", "expected a column `currency` beside `rate`")
    if "into" not in place and into is None:
        raise Invalid("into", "expected the currency that the rates are in: the file has no column `into`")
    for row in _full(rows):
        line = rows.line_num
        if len(row) < len(names):
            raise Invalid(f"line {line}", f"expected {len(names)} columns, got {len(row)}")
        code = row[place["into"]] if "into" in place else into or ""
        yield _rate(line, row[place[day_column]], row[place["currency"]], code, row[place["rate"]])


def _list_by_day(rows: _Rows, header: list[str], of: str | None) -> Iterator[Rate]:
    if of is None:
        raise Invalid("of", "expected the currency of which the columns tell the worth: EUR in lists of the ECB")
    columns = [(number, name) for number, name in enumerate(header) if CURRENCY.fullmatch(name) and name != of]
    if not columns:
        raise Invalid("line 1", "expected columns that are named by currencies, such as USD")
    for row in _full(rows):
        for number, currency in columns:
            text = row[number] if number < len(row) else ""
            if text.strip().lower() not in NOT_THERE:
                yield _rate(rows.line_num, row[0], of, currency, text)


def _full(rows: _Rows) -> Iterator[list[str]]:
    """Lines in which something is."""
    return (row for row in rows if any(cell.strip() for cell in row))


def _rate(line: int, day: str, currency: str, into: str, rate: str) -> Rate:
    try:
        return read_rate(read_day(day), currency.strip().upper(), into.strip().upper(), rate)
    except Invalid as error:
        raise Invalid(f"line {line}", f"{error.field}: {error.expected}") from None


def read_day(text: str) -> dt.date:
    """`2026-03-02`, or `2 March 2026` as the latest list of the ECB has it. Raises `Invalid`."""
    words = re.fullmatch(r"(\d{1,2}) ([A-Za-z]+) (\d{4})", text.strip())
    try:
        if words and words[2].lower() in MONTHS:
            return dt.date(int(words[3]), MONTHS.index(words[2].lower()) + 1, int(words[1]))
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()):
            return dt.date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise Invalid("date", f"expected a day such as 2026-03-02, got {text[:40]!r}")
