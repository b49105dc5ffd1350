"""What a board shows, as it is kept: tiles in their order on a grid of twelve columns.

A tile of a panel says which one it is, with which settings of its page, and which questions to a metric that makes. Who
has a link to the board is answered these questions and no others (`shared_boards.py`): that is why they are kept here,
and not asked by whoever looks.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator
from starlette.datastructures import QueryParams

from playtrace.api.metrics import parameters_of
from playtrace.api.models import Strict
from playtrace.metrics.frame.calendar import ONE_DAY
from playtrace.metrics.frame.metric import Metric, metrics
from playtrace.metrics.frame.models import CommonParameters
from playtrace.problems import InvalidRequest

TILES_MAX = 40
COLUMNS = 12
ROWS_MAX = 20
QUESTIONS_MAX = 12
"""Of one panel."""
DAYS_BACK_MAX = 3_700
DECIDED_HERE = frozenset({"from", "to", "gameId", "game_id", "timeZone", "time_zone", "explain"})
"""Parameters that no question of a board says: of which game and days it is, is said by the board."""

Id = Annotated[str, Field(pattern=r"^[a-z0-9]{1,16}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Value = Annotated[str, Field(max_length=1_000)]
Values = Annotated[dict[Name, Annotated[list[Value], Field(max_length=50)]], Field(max_length=40)]
"""As in a query, where a name may stand several times."""
DaysBack = Annotated[int, Field(ge=0, le=DAYS_BACK_MAX)]


class BoardQuestion(Strict):
    """One asking of a tile's metric."""

    label: Annotated[str, Field(max_length=300)] | None = None
    values: Values = Field(description="Parameters of the metric, but for game, days and time zone.")
    from_days_back: DaysBack | None = Field(
        None, description="Its first day: so many before today. Null: none is said."
    )
    to_days_back: DaysBack | None = Field(None, description="Its last day.")
    from_day: dt.date | None = Field(None, description="Its first day, where that is the same whatever today is.")
    to_day: dt.date | None = Field(None, description="Its last day, where that is the same whatever today is.")

    def parameters(self, metric: Metric[Any, Any], game_id: str, today: dt.date) -> CommonParameters:
        """Raises `InvalidRequest`."""
        items = [(name, value) for name, values in self.values.items() for value in values]
        for name, day, days_back in (
            ("from", self.from_day, self.from_days_back),
            ("to", self.to_day, self.to_days_back),
        ):
            if days_back is not None:
                day = today - days_back * ONE_DAY
            if day is not None:
                items.append((name, day.isoformat()))
        return parameters_of(metric, QueryParams(items), game_id)

    @model_validator(mode="after")
    def check_values(self) -> BoardQuestion:
        if decided := sorted(DECIDED_HERE & self.values.keys()):
            raise ValueError(f"the board decides about {decided[0]}")
        return self

    @model_validator(mode="after")
    def check_days(self) -> BoardQuestion:
        for day, days_back in ((self.from_day, self.from_days_back), (self.to_day, self.to_days_back)):
            if day is not None and days_back is not None:
                raise ValueError("expected a day, or how many days back it is, not both")
        return self


class Tile(Strict):
    id: Id
    width: int = Field(ge=2, le=COLUMNS, description="In columns, of which there are twelve.")
    height: int = Field(ge=1, le=ROWS_MAX, description="In rows.")


class PanelTile(Tile):
    kind: Literal["panel"]
    page: Name = Field(description="The page that has the panel.")
    panel: Name = Field(description="Its key there.")
    title: Annotated[str, Field(max_length=200)] = Field("", description="In place of its own.")
    settings: Values = Field(description="Choices of its page, as they stand in the page's address.")
    metric: Name
    questions: list[BoardQuestion] = Field(min_length=1, max_length=QUESTIONS_MAX)

    def asked_metric(self) -> Metric[Any, Any]:
        """Raises `InvalidRequest`."""
        found = metrics().get(self.metric)
        if found is None:
            raise InvalidRequest.of_field("metric", f"there is no metric {self.metric!r}", location="body")
        return found


class TextTile(Tile):
    kind: Literal["text"]
    text: Annotated[str, Field(max_length=4_000)]


AnyTile = Annotated[PanelTile | TextTile, Field(discriminator="kind")]


class BoardDocument(Strict):
    version: Literal[1]
    range: Literal["today", "yesterday", "7d", "30d", "60d", "90d"] = Field(description="The days that it shows.")
    tiles: list[AnyTile] = Field(max_length=TILES_MAX)

    @model_validator(mode="after")
    def check_ids(self) -> BoardDocument:
        if len({tile.id for tile in self.tiles}) < len(self.tiles):
            raise ValueError("expected tiles with different ids")
        return self

    def panel(self, tile_id: str) -> PanelTile | None:
        return next((tile for tile in self.tiles if tile.id == tile_id and isinstance(tile, PanelTile)), None)

    def check_questions(self, game_id: str, today: dt.date) -> None:
        """Whether each can be asked. Raises `InvalidRequest`."""
        for tile in self.tiles:
            if isinstance(tile, PanelTile):
                metric = tile.asked_metric()
                for question in tile.questions:
                    question.parameters(metric, game_id, today)


def read_document(text: str) -> BoardDocument:
    """As it was kept. Raises `InvalidRequest` for one that another version made."""
    try:
        return BoardDocument.model_validate_json(text)
    except ValidationError as error:
        raise InvalidRequest("This board was made by another version of playtrace, and cannot be read.") from error
