"""What a question may have got wrong: it asks for a value that no event of the game has ever had, for a time whose
events were set aside, or in a currency that nobody paid in, or into which something was not converted.

The answer is right all the same, and empty: who wrote `Windows` for `windows` should not have to find out.
"""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches
from typing import TYPE_CHECKING, LiteralString

from msgspec import Struct

from playtrace.event import NAME_LENGTH_MAX
from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import plain
from playtrace.metrics.frame.known_values import SEGMENTS, commonest
from playtrace.metrics.frame.models import CommonAnswer, CommonParameters, Sought
from playtrace.metrics.frame.money import PAID_IN, MoneyAnswer
from playtrace.metrics.frame.scope import ever

if TYPE_CHECKING:
    from playtrace.store.reading import Reader

KNOWN_MAX = 200
"""Of the values of a dimension, the commonest: a value is compared with so many, and a game may have any number."""
NAMED_MAX = 10
HINTS_MAX = 5


class Dimension(Struct, frozen=True):
    """What is said of a value that is not among those of a dimension."""

    none: str = "no event of the environment {env!r} has ever had {value!r}"
    is_word: bool = True
    """Whether one that is spelled nearly alike is probably meant: of versions and codes it is not."""


DIMENSIONS: dict[str, Dimension] = {
    "platform": Dimension(),
    "version": Dimension(is_word=False),
    "country": Dimension(is_word=False),
    "event": Dimension("no event of the environment {env!r} is named {value!r}"),
    "map": Dimension("no event of the environment {env!r} has ever had a place (x and y) on the map {value!r}"),
    "segment": Dimension("there is no segment {value!r} of this game"),
    "env": Dimension("no event has ever been of the environment {value!r}"),
}


TOO_OLD: LiteralString = """
SELECT CAST(coalesce(sum(events), 0) AS BIGINT) AS events, max(hour) AS last_hour
FROM books
WHERE game_id = $game AND outcome = 'quarantined' AND reason = 'too_old'
"""

ANY_OF_THE_TIME: LiteralString = """
SELECT 1 FROM events WHERE game_id = $game AND time >= $from AND time < $to LIMIT 1
"""

PURCHASES: LiteralString = f"""
SELECT {PAID_IN} AS currency, CAST(sum(events) AS BIGINT) AS purchases
FROM all_counts
WHERE name = 'purchase'
GROUP BY {PAID_IN}
ORDER BY purchases DESC, currency
LIMIT $currencies_max
"""
CURRENCIES_MAX = 5
YOUNGEST = dt.timedelta(hours=23)
"""What was too old when received, in the hour that is known, happened at least so long before that began."""


def hints(parameters: CommonParameters, asking: Asking, answer: CommonAnswer) -> list[str]:
    """A sentence for each value that is asked for and not known, and for what else leaves an answer empty; at most
    `HINTS_MAX`."""
    if parameters.env != "prod" and (unknown := _of(Sought("env", "env", [parameters.env]), parameters, asking)):
        return [*unknown, *_set_aside(answer, asking)]
    unknown = [hint for sought in parameters.sought() for hint in _of(sought, parameters, asking)]
    money = [*_other_currencies(parameters, answer, asking), *_unconverted(answer)]
    return [*_unknown_player(parameters, answer), *unknown, *_set_aside(answer, asking), *money][:HINTS_MAX]


def _set_aside(answer: CommonAnswer, asking: Asking) -> list[str]:
    """Where nothing of the time is stored, and something came that may be of it and was too old."""
    bound: dict[str, object] = {"game": answer.game_id}
    (too_old,) = asking.reader.rows(TOO_OLD, bound)
    if not too_old["events"] or plain(answer.from_) > too_old["last_hour"] - YOUNGEST:
        return []
    asked_for = bound | {"from": plain(answer.from_), "to": plain(answer.to)}
    if asking.gone.latest is not None and answer.from_.date() < asking.gone.latest:
        return []  # what there was of the time may have been stored, and is gone
    if asking.reader.rows(ANY_OF_THE_TIME, asked_for):
        return []
    count = too_old["events"]
    return [
        f"{count:,} event{' of this game is' if count == 1 else 's of this game are'} kept apart as too old: no metric"
        " counts what comes later than late_days_max allows. `playtrace import` brings them in (docs/history.md)."
    ]


def _unknown_player(parameters: CommonParameters, answer: CommonAnswer) -> list[str]:
    """Where a question is about one player of whom there is nothing. Whoever else plays is not told."""
    if getattr(answer, "is_known", True):
        return []
    return [f"playerId: no event of the environment {parameters.env!r} is of this player."]


def _other_currencies(parameters: CommonParameters, answer: CommonAnswer, asking: Asking) -> list[str]:
    """Where all that was paid was paid in others than the one that is asked for."""
    currency = getattr(parameters, "currency", None)
    if currency is None or not getattr(answer, "other_currency_purchases", 0):
        return []
    paid_in = ever(parameters, asking, PURCHASES, currencies_max=CURRENCIES_MAX)
    if not paid_in or currency in [row["currency"] for row in paid_in]:
        return []
    shown = ", ".join(f"{row['purchases']:,} in {row['currency']}" for row in paid_in)
    return [
        f"currency: nothing was ever paid in {currency}, but {shown}. Nothing is converted: ask with"
        f" currency={paid_in[0]['currency']}."
    ]


def _unconverted(answer: CommonAnswer) -> list[str]:
    """Where amounts lack what could not be converted."""
    if not isinstance(answer, MoneyAnswer) or not answer.unconverted.payments:
        return []
    count = answer.unconverted.payments
    return [
        f"currency: {count:,} payment{' in' if count == 1 else 's in'} {', '.join(answer.unconverted.currencies)}"
        f" {'is' if count == 1 else 'are'} in no amount: there is no exchange rate into {answer.currency} for"
        f" {'its day' if count == 1 else 'their days'}. `playtrace rates import` adds rates (docs/exchange-rates.md)."
    ]


def _of(sought: Sought, parameters: CommonParameters, asking: Asking) -> list[str]:
    if not sought.values:
        return []
    rows = commonest(sought.dimension, parameters, asking, KNOWN_MAX, sought.values)
    known = [row["value"] for row in rows if row["value"]]
    words = [*sought.other_words, *known[:KNOWN_MAX]]
    found: list[str] = []
    for value in [value for value in sought.values if value not in known][:HINTS_MAX]:
        found.append(f"{sought.parameter}: {_none_such(sought.dimension, value, words, parameters.env)}")
    return found


def unknown_segment(reader: Reader, game_id: str, segment: str) -> str | None:
    """What is said of a segment that a game does not have; None where it has it. Raises what `Reader.query` raises."""
    there = [row["value"] for row in reader.rows(SEGMENTS, {"game": game_id})]
    return None if segment in there else _none_such("segment", segment, there[:KNOWN_MAX])


def _none_such(dimension: str, value: str, words: list[str], env: str | None = None) -> str:
    """That it is not there, and which of the words may be meant."""
    shown = value if len(value) <= NAME_LENGTH_MAX else f"{value[:NAME_LENGTH_MAX]}..."
    said = DIMENSIONS[dimension]
    return f"{said.none.format(value=shown, env=env)}.{_choice(shown, words, said)}"


def _choice(value: str, words: list[str], dimension: Dimension) -> str:
    by_sound: dict[str, str] = {}
    for word in words:
        by_sound.setdefault(word.casefold(), word)  # the commonest is first
    if dimension.is_word and (close := get_close_matches(value.casefold(), by_sound, n=1)):
        return f" Did you mean {by_sound[close[0]]!r}?"
    if not words:
        return ""
    more = " and more" if len(words) > NAMED_MAX else ""
    return f" There are {', '.join(map(repr, words[:NAMED_MAX]))}{more}."
