"""Who has the highest scores, or the lowest.

The scores of a **board** are the values of `score_posted` with its name, or those of `match_end`, where a board is a
mode and without one all modes count together. Without `board` it is the one with most scores. Each player has one
entry in a period: their `best` score, the `last` or the `sum` of all. Scores without a player, and those beyond 10^15,
are not looked at.

Entries are in the order of their scores, of equal ones the earlier achieved first, then by player. The **rank** of an
entry is `standard` (1224: one more than there are better ones), `dense` (1223) or `unique` (1234). **percentile** =
rank / players. Whole numbers are exact: nothing is cut to 32 bits.

The period is the range that is asked about, or the `day`, `week` (from Monday) or `month` of the time zone in which the
range ends, up to whose end it then goes; `all` is all time up to the end of the range. Ranks are **frozen** 72 hours
after the period's end, where its answer says `settled`: what arrives then changes nothing, and is listed in **late**.
`lateScores=count` counts it all the same: for history that was brought in afterwards.

### Example

Scores of 100, 90, 90 and 80 have the ranks 1, 2, 2 and 4; dense 1, 2, 2 and 3; unique 1, 2, 3 and 4. The player with 80
has the percentile 1.

### Elsewhere

Products break ties in each of these ways, or by chance; 1224 is how sports do it. Steam keeps scores of 32 bits.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import Field

from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.calendar import ONE_DAY, Span, buckets_of, plain, span_of
from playtrace.metrics.frame.exact_amounts import in_millionths
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import UNKNOWN, CommonAnswer, CommonParameters, Judged, Model
from playtrace.metrics.frame.scope import Scope
from playtrace.metrics.frame.told import told

LIMIT_MAX = 1_000
LATE_MAX = 100
BOARDS_MAX = 50
LONG_AGO = dt.datetime(1, 1, 1)

Period = Literal["range", "day", "week", "month", "all"]
Rank = Literal["standard", "dense", "unique"]
Take = Literal["best", "last", "sum"]


class Parameters(CommonParameters):
    names_players_by: ClassVar[tuple[str, ...]] = ("player",)

    board: str | None = Field(
        None,
        min_length=1,
        max_length=256,
        description="The board, or for `match_end` the mode; `unknown` is where none was sent. Default: the board with"
        " most scores; for `match_end` all modes.",
    )
    event: Literal["score_posted", "match_end"] = Field("score_posted", description="Whose `value` is the score.")
    take: Take = Field("best", description="What counts of a player's scores.")
    direction: Literal["desc", "asc"] = Field(
        "desc", description="`desc`: the highest score wins; `asc`: the lowest, such as the shortest time."
    )
    period: Period = Field(
        "range",
        description="The range, or the day, week or month in which it ends, or all time up to its end.",
    )
    rank: Rank = Field("standard", description="How equal scores are ranked: 1224, 1223 or 1234.")
    player: str | None = Field(None, min_length=1, max_length=256, description="Also the entry of this player.")
    late_scores: Literal["apart", "count"] = Field(
        "apart", description="Whether what arrives after the ranks were frozen is listed apart, or counts all the same."
    )
    limit: int = Field(100, ge=1, le=LIMIT_MAX, description="How many entries there are.")


class Entry(Model):
    rank: int
    player_id: str
    score: int | float
    achieved_at: dt.datetime = Field(description="When it became what it is.")
    scores: int = Field(description="How many scores the player has in the period.")
    percentile: float = Field(description="rank / players.")


class LateScore(Model):
    player_id: str
    score: int | float
    time: dt.datetime
    received_at: dt.datetime


class Board(Model):
    board: str
    scores: int


class Leaderboard(Judged, CommonAnswer):
    board: str | None = Field(description="Null where there is none, and for all modes of `match_end`.")
    entries: list[Entry] = Field(description="The best first.")
    players: int = Field(description="Who has an entry.")
    player: Entry | None = Field(description="The entry of the player that was asked for; null where there is none.")
    period: Period
    period_from: dt.datetime | None = Field(description="First instant of the period, UTC; null for `all`.")
    period_to: dt.datetime = Field(description="Its end, UTC; not included.")
    late_score_count: int = Field(description="Scores that arrived after the ranks were frozen.")
    late: list[LateScore] = Field(description="The newest of them.")
    boards: list[Board] = Field(description=f"The {BOARDS_MAX} with most scores in the period.")


# `points` are better the higher they are.
SCORES: LiteralString = f"""
WITH
scores AS (
    SELECT player_id, order_key, time, received_at, value, CASE WHEN $direction = 'asc' THEN -value ELSE value END
        AS points, $frozen_at::TIMESTAMP IS NOT NULL AND received_at >= $frozen_at::TIMESTAMP AS is_late
    FROM noted_so_far
    WHERE name = $event AND time >= $since AND player_id IS NOT NULL AND abs(value) <= 1e15
        AND ($board::VARCHAR IS NULL OR {told("subject")} = $board)
)"""

ENTRIES: dict[Take, LiteralString] = {
    "best": "SELECT player_id, max(points) AS points, count(*) AS scores",
    "last": "SELECT player_id, arg_max(points, order_key) AS points, count(*) AS scores",
    "sum": f"SELECT player_id, sum({in_millionths('points')}) AS points, count(*) AS scores",
}
ACHIEVED: dict[Take, LiteralString] = {
    "best": "min(CASE WHEN scores.points = ranked.points THEN time END)",
    "last": "max(time)",
    "sum": "max(time)",
}
# When it was achieved is looked up of those who may be listed, and of all who have as much as the player that is asked
# for: among equals it decides.
LISTED: LiteralString = "standard <= $limit"
LISTED_WITH_PLAYER: LiteralString = (
    LISTED + " OR ranked.points IN (SELECT points FROM entries WHERE player_id = $player)"
)


def ranked(take: Take, listed: LiteralString) -> LiteralString:
    """The entries that are listed, in their order."""
    return f"""{SCORES},
entries AS (
    {ENTRIES[take]}
    FROM scores
    WHERE NOT is_late
    GROUP BY player_id
),
ranked AS (
    SELECT player_id, points, scores, rank() OVER (ORDER BY points DESC) AS standard,
        dense_rank() OVER (ORDER BY points DESC) AS dense, count(*) OVER () AS players
    FROM entries
),
achieved AS (
    SELECT ranked.player_id, ranked.points, ranked.scores, standard, dense, players, {ACHIEVED[take]} AS time
    FROM ranked
    JOIN scores ON scores.player_id = ranked.player_id
    WHERE NOT is_late AND ({listed})
    GROUP BY ranked.player_id, ranked.points, ranked.scores, standard, dense, players
),
placed AS (
    SELECT player_id, points, time, scores, standard, dense, players,
        standard - 1 + row_number() OVER (PARTITION BY points ORDER BY time, player_id) AS place
    FROM achieved
)
SELECT player_id, points, time, scores, standard, dense, place, players
FROM placed
WHERE place <= $limit OR player_id = $player
ORDER BY place
"""


LATE: LiteralString = (
    SCORES
    + """
SELECT player_id, value, time, received_at, count(*) OVER () AS late_scores
FROM scores
WHERE is_late
ORDER BY received_at DESC, order_key DESC
LIMIT $late_max
"""
)

BOARDS: LiteralString = f"""
SELECT {told("subject")} AS board, count(*) AS scores
FROM noted_so_far
WHERE name = $event AND time >= $since AND player_id IS NOT NULL AND abs(value) <= 1e15
GROUP BY {told("subject")}
ORDER BY scores DESC, board
LIMIT $boards_max
"""


def answer(parameters: Parameters, asking: Asking) -> Leaderboard:
    span = span_of(parameters, asking.now)
    zone = ZoneInfo(parameters.time_zone)
    period = _period(parameters.period, span, zone)
    is_ever = parameters.period == "all"
    scope = Scope(parameters, asking, [Span(period.end - ONE_DAY, period.end) if is_ever else period])
    since = LONG_AGO if is_ever else plain(period.start)
    boards = scope.rows(BOARDS, event=parameters.event, since=since, boards_max=BOARDS_MAX)
    board = _board(parameters, boards)
    is_frozen = period.is_settled(asking) and parameters.late_scores == "apart"
    bound: dict[str, Any] = {
        "event": parameters.event,
        "since": since,
        "board": board,
        "direction": parameters.direction,
        "frozen_at": plain(period.end + asking.rules.settle) if is_frozen else None,
    }
    listed = LISTED if parameters.player is None else LISTED_WITH_PLAYER
    rows = scope.rows(ranked(parameters.take, listed), limit=parameters.limit, player=parameters.player, **bound)
    late = scope.rows(LATE, late_max=LATE_MAX, **bound) if is_frozen else []
    return Leaderboard(
        board=None if board is None else board or UNKNOWN,
        entries=[_entry(row, parameters) for row in rows if row["place"] <= parameters.limit],
        players=rows[0]["players"] if rows else 0,
        player=next((_entry(row, parameters) for row in rows if row["player_id"] == parameters.player), None),
        period=parameters.period,
        period_from=None if is_ever else period.start,
        period_to=period.end,
        late_score_count=late[0]["late_scores"] if late else 0,
        late=[
            LateScore(
                player_id=row["player_id"],
                score=exact_score(row["value"]),
                time=row["time"].replace(tzinfo=dt.UTC),
                received_at=row["received_at"].replace(tzinfo=dt.UTC),
            )
            for row in late
        ],
        boards=[Board(board=row["board"] or UNKNOWN, scores=row["scores"]) for row in boards],
        complete=period.is_complete(asking),
        settled=period.is_settled(asking),
        **asking.heading(parameters, span.start, span.end, scope.source),
    )


def _period(period: Period, span: Span, zone: ZoneInfo) -> Span:
    """What is asked about. The day, week or month is whole: what is not over grows until its end."""
    if period in ("range", "all"):
        return span
    last = Span(span.end - dt.timedelta(microseconds=1), span.end)
    return buckets_of(last, period, zone)[0]


def _board(parameters: Parameters, boards: list[dict[str, Any]]) -> str | None:
    """As it stands in the store."""
    if parameters.board is not None:
        return "" if parameters.board == UNKNOWN else parameters.board
    if parameters.event == "match_end" or not boards:
        return None
    return boards[0]["board"]


def _entry(row: dict[str, Any], parameters: Parameters) -> Entry:
    rank = row["place"] if parameters.rank == "unique" else row[parameters.rank]
    points = -row["points"] if parameters.direction == "asc" else row["points"]
    return Entry(
        rank=rank,
        player_id=row["player_id"],
        score=score_of_millionths(int(points)) if parameters.take == "sum" else exact_score(points),
        achieved_at=row["time"].replace(tzinfo=dt.UTC),
        scores=row["scores"],
        percentile=rank / row["players"],
    )


def exact_score(score: float) -> int | float:
    """Whole numbers as such."""
    return int(score) if score.is_integer() else score


def score_of_millionths(total: int) -> int | float:
    """The same of a sum."""
    return total / 1_000_000 if total % 1_000_000 else total // 1_000_000


METRIC = Metric(__name__, __doc__, Parameters, Leaderboard, answer, subject="Progression")
