"""Segments that a rule makes: looked at, kept, and looked at again, each as of a day of the game's time zone."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo

from playtrace.metrics.frame.asking import Rules
from playtrace.metrics.frame.calendar import ONE_DAY, day_of, day_start
from playtrace.registry.models import Game
from playtrace.registry.registry import Registry
from playtrace.segments import evaluation
from playtrace.segments.evaluation import EPOCH, Fitting
from playtrace.segments.rules import WholeRule, read_rule, written_rule
from playtrace.store import segments
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError
from playtrace.store.segments import Segment

log = logging.getLogger("playtrace.segments")

TRY_AGAIN = dt.timedelta(hours=1)
"""One that could not be looked at is tried again after so long: its questions may be dear."""


class NoSuchDay(ValueError):
    """Nothing can be said as of this day; the message says why."""


class NoRule(ValueError):
    """The segment is a list that was given: there is nothing to look at again."""


def today(game: Game) -> dt.date:
    return day_of(dt.datetime.now(dt.UTC), ZoneInfo(game.time_zone))


def look(
    store: Store, game: Game, rule: WholeRule, *, env: str, as_of: dt.date | None, counting: Rules
) -> tuple[Fitting, dt.date]:
    """Who fits a rule as of the end of a day, or as of now, and the day. Nothing is kept.

    Raises `NoSuchDay`, and what `Store.reading` raises.
    """
    day = as_of or today(game)
    if not EPOCH <= day <= today(game):
        raise NoSuchDay(f"expected a day that has come, such as {today(game)}")
    whose = evaluation.Game(game.id, env, game.time_zone)
    with store.reading() as reader:
        return evaluation.who_fits(rule, whose, day, reader, counting), day


def keep(
    store: Store,
    game: Game,
    segment_id: str,
    rule: WholeRule,
    *,
    env: str,
    as_of: dt.date | None,
    refresh: str,
    counting: Rules,
) -> None:
    """Make a segment of those who fit, in place of one of the same name.

    Raises `NoSuchDay`, and what `Store.reading` and `segments.replace` raise.
    """
    fitting, day = look(store, game, rule, env=env, as_of=as_of, counting=counting)
    segments.replace(
        store,
        game.id,
        segment_id,
        players=fitting.players,
        rule=written_rule(rule),
        env=env,
        as_of=day,
        refresh=refresh,
    )


def look_again(store: Store, game: Game, segment: Segment, *, as_of: dt.date | None, counting: Rules) -> None:
    """Look again who fits a segment's rule. Raises `NoRule`, and as `keep`."""
    if segment.rule is None:
        raise NoRule(f"{segment.segment_id!r} is a list that was given: make it again with another one")
    rule = read_rule(segment.rule)
    fitting, day = look(store, game, rule, env=segment.env, as_of=as_of, counting=counting)
    segments.look_again(store, game.id, segment.segment_id, players=fitting.players, as_of=day, made_at=segment.made_at)


class DailyRefresh:
    """Looks again at the segments that are to be refreshed daily: once after each midnight of the game's time zone, as
    of the day that is over. To be called by one thread."""

    def __init__(self, store: Store, registry: Registry, counting_of: Callable[[Game], Rules]) -> None:
        self._store = store
        self._registry = registry
        self._counting_of = counting_of
        self._failed: dict[tuple[str, str], dt.datetime] = {}

    def work(self) -> None:
        now = dt.datetime.now(dt.UTC)
        for game_id, segment_id, made_at in segments.refreshed(self._store, "daily"):
            game = self._registry.games.get(game_id)
            if game is None or now - self._failed.get((game_id, segment_id), now - TRY_AGAIN) < TRY_AGAIN:
                continue
            zone = ZoneInfo(game.time_zone)
            day = day_of(now, zone)
            if made_at < day_start(day, zone):
                self._refresh(game, segment_id, day - ONE_DAY)

    def _refresh(self, game: Game, segment_id: str, day: dt.date) -> None:
        found = [one for one in segments.segments(self._store, game.id) if one.segment_id == segment_id]
        try:
            for segment in found:
                look_again(self._store, game, segment, as_of=day, counting=self._counting_of(game))
            self._failed.pop((game.id, segment_id), None)
        except StoreError as error:
            # The others have their turn all the same.
            self._failed[game.id, segment_id] = dt.datetime.now(dt.UTC)
            log.warning(
                "a segment could not be looked at again",
                extra={"game": game.id, "segment": segment_id, "error": str(error)},
            )
