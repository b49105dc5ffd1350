"""Exchange rates: what one unit of a currency is worth in another on a day, of a game or for all games."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, ValidationError

from playtrace.api.access import EDITS, CurrentEditor, CurrentReader, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.problems import BadRequest, InvalidRequest, TooLarge
from playtrace.registry.errors import Invalid
from playtrace.registry.exchange_rates import RATE_MAX, RATES_MAX, Rate, RateFilter, read_rate, shown
from playtrace.registry.rate_files import FILE_BYTES_MAX, read_csv

router = APIRouter(prefix="/api", tags=["rates"])

CSV = "text/csv"
LISTED = 1_000

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217, in capitals.")]


class ExchangeRate(ApiModel):
    """One unit of `currency` is worth `rate` of `into` on `day`."""

    day: dt.date = Field(description="UTC.")
    currency: Currency
    into: Currency
    rate: Decimal = Field(
        gt=0,
        le=RATE_MAX,
        description="With up to 12 decimals; finer ones are rounded, half to even. Answered as a text, which is exact.",
    )


class RateTable(ApiModel):
    """In place of those of the same day and currencies; others stay as they are."""

    model_config = ConfigDict(extra="forbid")

    rates: list[ExchangeRate] = Field(max_length=RATES_MAX)


class RateList(ApiModel):
    game_id: str | None = Field(description="Null: for all games.")
    count: int = Field(description="How many there are, of those that were asked for.")
    rates: list[ExchangeRate] = Field(description="Latest first, at most `limit` of them.")


class RatesStored(ApiModel):
    game_id: str | None = Field(description="Null: for all games.")
    stored: int = Field(description="Rates that were sent.")


class RatesRemoved(ApiModel):
    game_id: str | None = Field(description="Null: for all games.")
    removed: int


async def _body(request: Request, _editor: Annotated[object, Depends(EDITS)]) -> bytes:
    """What was sent, by who may. Raises `TooLarge`."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > FILE_BYTES_MAX:
            raise TooLarge(f"At most {FILE_BYTES_MAX:,} bytes of rates at once: send them in parts.")
    return bytes(body)


Body = Annotated[bytes, Depends(_body)]
SENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": RateTable.model_json_schema(ref_template="#/components/schemas/{model}")},
            CSV: {
                "schema": {
                    "type": "string",
                    "examples": [
                        "date,currency,into,rate\n2026-03-02,EUR,USD,1.10\n",
                        "Date,USD,JPY\n2026-03-02,1.10,163.2\n",
                    ],
                }
            },
        },
    }
}
SENT["requestBody"]["content"]["application/json"]["schema"].pop("$defs")
ANSWERED: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}

Code = Annotated[str | None, Query(pattern=r"^[A-Z]{3}$", description="Only rates with this currency on either side.")]
From = Annotated[dt.date | None, Query(alias="from", description="Only of this day and later ones.")]
To = Annotated[dt.date | None, Query(description="Only of this day and earlier ones.")]
Limit = Annotated[int, Query(ge=1, le=RATES_MAX, description="How many at most.")]
Into = Annotated[
    str | None, Query(pattern=r"^[A-Z]{3}$", description="Of CSV without a column `into`: what its rates are in.")
]
Of = Annotated[
    str | None,
    Query(pattern=r"^[A-Z]{3}$", description="Of CSV with a column for each currency: of what these tell the worth."),
]


@router.get("/rates", responses=ANSWERED)
def list_rates(
    request: Request,
    state: CurrentState,
    reader: CurrentReader,
    currency: Code = None,
    first: From = None,
    to: To = None,
    limit: Limit = LISTED,
) -> RateList:
    """Rates for all games, as JSON, or as CSV to who accepts `text/csv` alone."""
    return _listed(request, state, None, RateFilter(currency, first, to), limit)


@router.put("/rates", openapi_extra=SENT)
def put_rates(
    request: Request, body: Body, state: CurrentState, editor: CurrentEditor, into: Into = None, of: Of = None
) -> RatesStored:
    """Add rates for all games, as JSON or CSV, in place of those of the same day and currencies."""
    return _stored(request, body, state, None, into, of)


@router.delete("/rates")
def remove_rates(
    state: CurrentState, editor: CurrentEditor, currency: Code = None, first: From = None, to: To = None
) -> RatesRemoved:
    """Remove rates for all games: all of them, unless it is said which."""
    return RatesRemoved(game_id=None, removed=state.registry.rates.remove(RateFilter(currency, first, to)))


@router.get("/games/{game_id}/rates", responses=ANSWERED)
def list_rates_of_game(
    request: Request,
    state: CurrentState,
    reader: CurrentReader,
    game_id: str,
    currency: Code = None,
    first: From = None,
    to: To = None,
    limit: Limit = LISTED,
) -> RateList:
    """The rates of a game alone, which go before those for all games."""
    readable_game(state, reader, game_id)
    return _listed(request, state, game_id, RateFilter(currency, first, to), limit)


@router.put("/games/{game_id}/rates", openapi_extra=SENT)
def put_rates_of_game(
    request: Request,
    body: Body,
    state: CurrentState,
    editor: CurrentEditor,
    game_id: str,
    into: Into = None,
    of: Of = None,
) -> RatesStored:
    """Add rates of a game alone, as JSON or CSV, in place of those of the same day and currencies."""
    readable_game(state, editor, game_id)
    return _stored(request, body, state, game_id, into, of)


@router.delete("/games/{game_id}/rates")
def remove_rates_of_game(
    state: CurrentState,
    editor: CurrentEditor,
    game_id: str,
    currency: Code = None,
    first: From = None,
    to: To = None,
) -> RatesRemoved:
    """Remove rates of a game alone: all of them, unless it is said which. Those for all games stay."""
    readable_game(state, editor, game_id)
    removed = state.registry.rates.remove(RateFilter(currency, first, to), game_id=game_id)
    return RatesRemoved(game_id=game_id, removed=removed)


def _listed(request: Request, state: CurrentState, game_id: str | None, which: RateFilter, limit: int) -> Any:
    rates, count = state.registry.rates.find(which, game_id=game_id, rates_max=limit)
    if request.headers.get("accept", "").partition(";")[0].strip() == CSV:
        return Response(as_csv(rates), media_type=CSV)
    found = [
        ExchangeRate.model_construct(
            day=rate.day, currency=rate.currency, into=rate.into, rate=Decimal(shown(rate.trillionths))
        )
        for rate in rates
    ]
    return RateList(game_id=game_id, count=count, rates=found)


def as_csv(rates: list[Rate]) -> str:
    """As it may be sent again."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["date", "currency", "into", "rate"])
    writer.writerows([rate.day.isoformat(), rate.currency, rate.into, shown(rate.trillionths)] for rate in rates)
    return written.getvalue()


def _stored(
    request: Request, body: bytes, state: CurrentState, game_id: str | None, into: str | None, of: str | None
) -> RatesStored:
    is_csv = request.headers.get("content-type", "").partition(";")[0].strip().lower() == CSV
    try:
        rates = _read_csv(body, into, of) if is_csv else _read_json(body)
        state.registry.rates.put(rates, game_id=game_id)
    except Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected) from error
    return RatesStored(game_id=game_id, stored=len(rates))


def _read_csv(body: bytes, into: str | None, of: str | None) -> list[Rate]:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8 at byte {error.start}.") from error
    return read_csv(text, into=into, of=of)


def _read_json(body: bytes) -> list[Rate]:
    try:
        table = RateTable.model_validate_json(body)
    except ValidationError as error:
        found = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        if found[0]["type"] == "json_invalid":
            raise BadRequest(
                f"The body is not JSON: {found[0]['msg']}. CSV is sent as 'Content-Type: {CSV}'."
            ) from error
        raise RequestValidationError(found[:20]) from error
    return [_located(number, rate) for number, rate in enumerate(table.rates)]


def _located(number: int, rate: ExchangeRate) -> Rate:
    try:
        return read_rate(rate.day, rate.currency, rate.into, f"{rate.rate:f}")
    except Invalid as error:
        raise Invalid(f"rates.{number}.{error.field}", error.expected) from None
