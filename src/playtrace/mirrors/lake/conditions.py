"""Conditions about rows of a lake. Values are values, whatever stands in them: nothing is read as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from pyiceberg import expressions
from pyiceberg.expressions import BooleanExpression

# They are models that take their parts in order, which their types do not tell.
_made: Any = expressions


def equal(column: str, value: str | int) -> BooleanExpression:
    return _made.EqualTo(column, value)


def one_of(column: str, values: Collection[str]) -> BooleanExpression:
    return _made.In(column, values)


def between(column: str, first: dt.datetime, last: dt.datetime) -> BooleanExpression:
    """Both included."""
    return all_of(_made.GreaterThanOrEqual(column, first.isoformat()), _made.LessThanOrEqual(column, last.isoformat()))


def before(column: str, end: dt.datetime) -> BooleanExpression:
    return _made.LessThan(column, end.isoformat())


def within(column: str, first: dt.datetime, end: dt.datetime) -> BooleanExpression:
    """The end is not included."""
    return all_of(_made.GreaterThanOrEqual(column, first.isoformat()), before(column, end))


def behind(column: str, after: int, upto: int) -> BooleanExpression:
    """Larger than the first, up to the second."""
    return all_of(_made.GreaterThan(column, after), _made.LessThanOrEqual(column, upto))


def all_of(first: BooleanExpression, *others: BooleanExpression) -> BooleanExpression:
    return _made.And(first, *others) if others else first


def any_of(first: BooleanExpression, *others: BooleanExpression) -> BooleanExpression:
    return _made.Or(first, *others) if others else first
