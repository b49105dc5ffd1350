"""The job that judges: it follows loading, and what it finds goes into the registry together with what is told of it.

- A game is judged a moment after something of it was loaded (so that what is sent together is told together), and at
  most every few seconds; where there are many rules less often, so that loading is not held up. Whatever comes, all
  games have their turn once a minute: that nothing comes is seen by the clock; and games with an open incident have
  theirs more often.
- Games that have their turn at the same time are asked about together, so that a thousand rules are a few questions.
- Events are judged by their own time. Up to when a game was judged is kept: after a restart the stretches that ended
  meanwhile are judged too, of the last day; what is older is not. A game of which nothing is kept begins now.
- What comes late for stretches of the last day that were judged: a rule that looks for more than so many events looks
  at them again. What was an incident already is none again.
- A rule that cannot be judged is in `failures`, with why, until it can.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec.structs import replace
from pydantic import ValidationError

from playtrace.alerts.clock import WEEKS_BACK, slot_after, slot_before
from playtrace.alerts.counting import cut_of, extents
from playtrace.alerts.defaults import default_rules, rules_of_game
from playtrace.alerts.explaining import explain
from playtrace.alerts.incidents import Explanation, Incident, Told, acknowledged, follow
from playtrace.alerts.judging import Verdict, has_fallen
from playtrace.alerts.known_incidents import IncidentKey, KnownIncidents
from playtrace.alerts.late_counts import LOOKED_BACK, CountedName, LateCounts, found_late, is_known, moments_again
from playtrace.alerts.looking import Look, lag_of, look, moments, policy_of, slides, wanted
from playtrace.alerts.measuring import Figures, NotMeasured, PastFigures, WatchedGame
from playtrace.alerts.novelty import Novelty
from playtrace.alerts.rules import (
    AlertRule,
    NewValue,
    Ratio,
    Refused,
    Silence,
    Threshold,
    Unusual,
    is_event_count,
    read_rule,
    window_of,
)
from playtrace.alerts.telling import message_of
from playtrace.config import Settings
from playtrace.metrics.frame.asking import Rules, unbuilt_rollups
from playtrace.metrics.frame.calendar import EPOCH, ONE_DAY, SLOT, Span
from playtrace.registry.alert_incidents import IncidentChange, IncidentRow, Observation, Telling
from playtrace.registry.alert_rules import RuleRow
from playtrace.registry.alert_rules import Silence as SilenceRow
from playtrace.registry.registry import Registry
from playtrace.rollups import event_counts
from playtrace.store.errors import StoreError

if TYPE_CHECKING:
    from playtrace.store.duckdb import Reader, Store

log = logging.getLogger("playtrace.alerts")

GATHER_S = 3.0
"""What is loaded within so long is judged together; a game is judged at most so often."""
REST = 20.0
"""After a turn nothing is judged for so many times as long as it took: loading has the rest of the machine ..."""
REST_S_MAX = 15.0
"""... but no longer than this: what is found should be told within a minute."""
OPEN_S = 15.0
"""Games with an open incident are judged so often, whatever comes."""
ALL_S = 60.0
"""All others."""
EXTENTS_KEPT = dt.timedelta(minutes=15)
"""So often it is looked up since when each game has events."""
NEW_GAME_SOUGHT = dt.timedelta(seconds=15)
"""The same while one of them has none."""
CAUGHT_UP = dt.timedelta(minutes=5)
"""A game that was not judged for longer is judged for the stretches that ended meanwhile."""
CATCH_UP_MAX = ONE_DAY
LOOKED_BACK_EVERY = dt.timedelta(minutes=1)
"""So often it is looked for what came late."""
LAG_S_MAX = 10.0
"""Where loading is further behind, it is judged as of what is loaded."""
OBSERVED_EVERY = dt.timedelta(minutes=1)
OFTEN_OBSERVED = dt.timedelta(hours=2)
"""For so long; later less often."""
OBSERVED_LATER = dt.timedelta(minutes=15)


class Failure(NamedTuple):
    """A rule that cannot be judged, or told."""

    rule_id: str
    game_id: str | None
    error: str
    since: dt.datetime


class Watch:
    """`work` is one turn of the job; `arrived` is told of each load. Everything else may be called from any thread."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        settings: Settings,
        *,
        counting_of: Callable[[WatchedGame], Rules],
        lag_seconds: Callable[[], float] = lambda: 0.0,
        address: Callable[[], str] = lambda: "",
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """`counting_of` says what the settings say about counting, `lag_seconds` how far loading is behind, `address`
        where people find the dashboard."""
        self._store = store
        self._registry = registry
        self._settings = settings
        self._counting_of = counting_of
        self._lag_seconds = lag_seconds
        self._address = address
        self._clock = clock
        self._arriving = threading.Lock()
        self._arrived: dict[str, float] = {}
        """When the first of it arrived that was not judged yet."""
        self._judging = threading.RLock()
        """Incidents are changed by one thread at a time."""
        self._revision: int | None = None
        self._games: dict[str, WatchedGame] = {}
        self._rules: dict[str, list[AlertRule]] = {}
        self._silences: list[SilenceRow] = []
        self._channels: set[str] = set()
        self._incidents: KnownIncidents | None = None
        """None before they are read."""
        self._bad: defaultdict[IncidentKey, list[Span]] = defaultdict(list)
        """When something was the matter, of the last weeks."""
        self._observed: dict[int, dt.datetime] = {}
        """When each incident that is open was last kept."""
        self._worst: dict[int, Observation] = {}
        """Of those the worst since then."""
        self._judged_to: dict[str, dt.datetime] = {}
        self._judged_at: dict[str, float] = {}
        self._judged_from: dict[str, dt.datetime] = {}
        """What a game had before it was judged at all is not looked at again."""
        self._late_counts = LateCounts()
        self._looked_back_at: dict[str, dt.datetime] = {}
        self._rules_changed_at: dict[tuple[str, str | None], dt.datetime] = {}
        self._buckets_to: dict[tuple[str, str], dt.datetime] = {}
        """Up to when the buckets of a rule and game were judged."""
        self._positions_at = self._rests_until = 0.0
        self._novelties: dict[tuple[str, str], tuple[AlertRule, Novelty]] = {}
        self._past = PastFigures()
        self._extents: dict[tuple[str, str], Span] = {}
        self._extents_at: dt.datetime | None = None
        self._began = clock()
        self._failures: dict[tuple[str, str | None], Failure] = {}
        self._unreadable: dict[tuple[str, str | None], Failure] = {}
        self._failures_seen: list[Failure] = []
        self.judged = 0
        """Rules judged since the start, each game by itself."""

    # ── what others ask and tell ─────────────────────────────────────────────────────────────────────────

    def arrived(self, game_ids: Iterable[str]) -> None:
        """Something of these games was loaded."""
        now = time.monotonic()
        with self._arriving:
            for game_id in game_ids:
                self._arrived.setdefault(game_id, now)

    def failures(self) -> list[Failure]:
        """Rules that cannot be judged or told, and why, as of the last turn. Waits for none."""
        return self._failures_seen

    def judged_to(self, game_id: str | None) -> dt.datetime | None:
        """Up to when a game was judged, or of all games the one that is furthest behind. None: not yet. Waits for no
        turn."""
        if game_id is not None:
            return self._judged_to.get(game_id)
        return min((at for one, at in list(self._judged_to.items()) if one in self._games), default=None)

    def acknowledge(self, incident_id: int, by: str) -> Incident:
        """Somebody looks after it. Raises `UnknownIncident`."""
        now = self._clock()

        def change(row: IncidentRow) -> IncidentRow:
            incident = acknowledged(Incident.from_json(row.incident_json), by, now)
            return row._replace(incident_json=incident.to_json())

        with self._judging:
            row = self._registry.incidents.change(incident_id, change)
            incident = Incident.from_json(row.incident_json)
            key = IncidentKey(incident.rule_id, incident.game_id, incident.part)
            there = None if self._incidents is None else self._incidents.get(key)
            if self._incidents is not None and there is not None and there.number == incident_id:
                changed = replace(
                    there.incident, acknowledged_at=incident.acknowledged_at, acknowledged_by=incident.acknowledged_by
                )
                self._incidents.put(key, incident_id, changed)
            return incident

    def close(self) -> None:
        """Keep how far everything was judged."""
        with self._judging:
            self._keep_positions()

    # ── one turn ─────────────────────────────────────────────────────────────────────────────────────────

    def work(self) -> None:
        """Judge the games whose turn it is. Raises what the registry raises."""
        with self._judging:
            self._read_registry()
            due = self._due() if time.monotonic() >= self._rests_until else []
            if due:
                began = time.monotonic()
                self._judge(due)
                ended = time.monotonic()
                self._rests_until = ended + min(REST_S_MAX, REST * (ended - began))
            if time.monotonic() - self._positions_at > ALL_S:
                self._keep_positions()
            self._show_failures()

    def judge_now(self, game_ids: Collection[str] | None = None) -> None:
        """Judge these games now, or all, whosever turn it is."""
        with self._judging:
            self._read_registry()
            self._judge([game for game in self._games.values() if game_ids is None or game.id in game_ids])
            self._show_failures()

    def _due(self) -> list[WatchedGame]:
        now = time.monotonic()
        with self._arriving:
            ready = {game_id for game_id, at in self._arrived.items() if now - at >= GATHER_S}
            for game_id in ready:
                del self._arrived[game_id]
        incidents = self._known_incidents()
        found: list[WatchedGame] = []
        for game in self._games.values():
            ago = now - self._judged_at.get(game.id, -ALL_S)
            if game.id in ready or ago >= ALL_S or (ago >= OPEN_S and incidents.has_open(game.id)):
                found.append(game)
        return found

    def _judge(self, games: list[WatchedGame]) -> None:
        now = self._clock()
        lag_s = self._lag_seconds()
        as_of = now - dt.timedelta(seconds=lag_s) if lag_s > LAG_S_MAX else now
        try:
            with self._store.reading(apart=True) as reader:
                if event_counts.ROLLUP.table in unbuilt_rollups(reader):
                    raise StoreError("After an upgrade the counts are made anew: rules are judged when they are there.")
                self._look_up_extents(reader, games, now)
                self._look_back(reader, games, as_of, now)
                figures = self._figures(reader, now)
                self._prepare(figures, games, as_of)
                for game in games:
                    self._judge_rules(
                        reader, figures, game, as_of, now, [r for r in self._rules[game.id] if _counts(r)]
                    )
            # What metrics say takes longer: each game by itself, among all others who ask.
            for game in games:
                due = [r for r in self._rules[game.id] if not _counts(r) and self._moments_due(r, game, as_of)]
                if due:
                    with self._store.reading() as reader:
                        self._judge_rules(reader, self._figures(reader, now), game, as_of, now, due)
                self._resolve_orphans(game, now)
                self._judged_to[game.id] = as_of
                self._judged_at[game.id] = time.monotonic()
        except StoreError as error:
            self._fail(None, None, f"Nothing can be judged at the moment: {error}")
            return
        self._failures.pop(("", None), None)
        self._past.forget_some()

    def _figures(self, reader: Reader, now: dt.datetime) -> Figures:
        return Figures(reader, self._extents, self._past, self._counting_of, now)

    def _prepare(self, figures: Figures, games: list[WatchedGame], as_of: dt.datetime) -> None:
        """All counts that these games want, with few questions."""
        figures.prepare(
            one
            for game in games
            for rule in self._rules[game.id]
            if _counts(rule)
            for at in self._moments_due(rule, game, as_of)
            for one in wanted(rule, game, figures, at)
        )
        refused: defaultdict[int, list[str]] = defaultdict(list)
        for game in games:
            for rule in self._rules[game.id]:
                if isinstance(rule, Refused):
                    refused[rule.window_minutes].append(game.id)
        for minutes, game_ids in refused.items():
            figures.prepare_received(game_ids, Span(as_of - dt.timedelta(minutes=minutes), as_of))

    def _moments_due(self, rule: AlertRule, game: WatchedGame, as_of: dt.datetime) -> list[dt.datetime]:
        """When a rule is judged in this turn: now, or at ends of buckets; after an absence at what it missed, too."""
        began = self._judged_to.get(game.id)
        if not slides(rule):
            after = self._buckets_to.get((rule.id, game.id), began)
            return moments(rule, game, None if after is None else max(after, as_of - CATCH_UP_MAX), as_of)
        if isinstance(rule, Threshold) and began is not None and as_of - began > CAUGHT_UP:
            return [*_quarters(max(began, as_of - CATCH_UP_MAX), as_of), as_of]
        return [as_of]

    def _judge_rules(
        self,
        reader: Reader,
        figures: Figures,
        game: WatchedGame,
        as_of: dt.datetime,
        now: dt.datetime,
        rules: Iterable[AlertRule],
    ) -> None:
        for rule in rules:
            error: str | None = None
            for at in self._moments_due(rule, game, as_of):
                try:
                    looks = self._looks(reader, figures, rule, game, at)
                except (NotMeasured, StoreError) as known:
                    error = str(known)
                    break
                except Exception as unknown:
                    # All other rules are judged all the same.
                    log.exception("a rule cannot be judged", extra={"rule": rule.id, "game": game.id})
                    error = f"It cannot be judged, and the log tells why: {type(unknown).__name__}: {unknown}"
                    break
                for seen in looks:
                    self._follow(reader, figures, rule, game, seen, at if slides(rule) else at + lag_of(rule), now)
            if error is None:
                self._failures.pop((rule.id, game.id), None)
            else:
                self._fail(rule.id, game.id, error)
            if not slides(rule):
                self._buckets_to[rule.id, game.id] = as_of
            self.judged += 1

    def _looks(
        self, reader: Reader, figures: Figures, rule: AlertRule, game: WatchedGame, at: dt.datetime
    ) -> list[Look]:
        """What a rule sees at a moment."""
        if isinstance(rule, NewValue):
            known_rule, novelty = self._novelties.get((rule.id, game.id), (rule, Novelty()))
            if known_rule != rule:
                novelty = Novelty()
            self._novelties[rule.id, game.id] = (rule, novelty)
            return [novelty.look(reader, figures, rule, game, at)]
        open_parts = self._known_incidents().open_parts(rule.id, game.id)
        bad = self._bad
        looks = look(
            rule,
            game,
            figures,
            at,
            open_parts=open_parts,
            excluded=lambda part: bad.get(IncidentKey(rule.id, game.id, part), []),
        )
        if isinstance(rule, Silence) and at - self._began < dt.timedelta(minutes=rule.window_minutes):
            # While this server was away nothing could come.
            return [one if one.part in open_parts else replace(one, verdict=None) for one in looks]
        return looks

    # ── what came late ───────────────────────────────────────────────────────────────────────────────────

    def _look_back(self, reader: Reader, games: list[WatchedGame], as_of: dt.datetime, now: dt.datetime) -> None:
        """Windows of the last day that were judged, and have more events by now, are judged again."""
        due: list[tuple[WatchedGame, Threshold, CountedName]] = []
        for game in games:
            self._judged_from.setdefault(game.id, EPOCH if game.id in self._judged_to else as_of)
            if as_of - self._looked_back_at.get(game.id, EPOCH) < LOOKED_BACK_EVERY:
                continue
            self._looked_back_at[game.id] = as_of
            due += [
                (game, rule, CountedName(game.id, rule.env, cut_of(rule).name))
                for rule in self._rules[game.id]
                if isinstance(rule, Threshold) and rule.above is not None and slides(rule)
            ]
        grown = self._late_counts.grown(reader, {name for _, _, name in due}, as_of) if due else {}
        # What was counted before is not what there is.
        figures = Figures(reader, self._extents, PastFigures(), self._counting_of, now)
        for game, rule, name in due:
            changed_at = self._rules_changed_at.get((rule.id, rule.game_id), EPOCH)
            after = max(as_of - LOOKED_BACK, self._judged_from[game.id], changed_at)
            until = self._judged_to.get(game.id, after)
            moments = moments_again(grown.get(name, []), window_of(rule), after, until)
            if not moments:
                continue
            try:
                # With one question, rather than one for each moment.
                first = slot_before(moments[0] - window_of(rule) - SLOT)
                figures.read_series(game, cut_of(rule), Span(first, slot_after(as_of + SLOT)))
                looks = self._looks_again(figures, rule, game, [*moments, as_of])
            except (NotMeasured, StoreError) as error:
                self._fail(rule.id, game.id, str(error))
                continue
            for part, of_part in looks.items():
                self._tell_late(reader, figures, rule, game, part, of_part, now)

    def _looks_again(
        self, figures: Figures, rule: Threshold, game: WatchedGame, moments: list[dt.datetime]
    ) -> dict[str, list[tuple[dt.datetime, Look | None]]]:
        """What a rule sees at moments of the past, by part; none where there is an incident already."""
        window, rest = window_of(rule), policy_of(rule).cool_down
        found: defaultdict[str, list[tuple[dt.datetime, Look | None]]] = defaultdict(list)
        over: set[str] = set()
        for at in moments:
            for seen in look(rule, game, figures, at, open_parts=over):
                key = IncidentKey(rule.id, game.id, seen.part)
                known: list[tuple[dt.datetime, dt.datetime | None]] = [
                    (span.start, span.end) for span in self._bad.get(key, [])
                ]
                there = self._known_incidents().get(key)
                if there is not None and there.incident.is_open:
                    known.append((there.incident.began_at, None))
                found[seen.part].append((at, None if is_known(at, window, known, rest) else seen))
                if seen.verdict is not None and seen.verdict.state == "over":
                    over.add(seen.part)
        return found

    def _tell_late(
        self,
        reader: Reader,
        figures: Figures,
        rule: Threshold,
        game: WatchedGame,
        part: str,
        looks: list[tuple[dt.datetime, Look | None]],
        now: dt.datetime,
    ) -> None:
        key = IncidentKey(rule.id, game.id, part)
        spans = {at: seen.span for at, seen in looks if seen is not None}
        for opened, over in found_late(looks, policy_of(rule), key):
            explanation = explain(reader, figures, game, cut_of(rule), spans[opened.opened_at], part)
            number = self._keep_late(key, None, replace(opened, explanation=explanation), "opened", rule, game, now)
            self._keep_late(key, number, replace(over, explanation=explanation), "resolved", rule, game, now)

    def _keep_late(
        self,
        key: IncidentKey,
        number: int | None,
        incident: Incident,
        told: Told,
        rule: AlertRule,
        game: WatchedGame,
        now: dt.datetime,
    ) -> int:
        is_silenced = any(_holds(one, rule, game.id, key.part, incident.explanation, now) for one in self._silences)
        telling = self._telling(None if is_silenced else told, incident, rule, game, now)
        return self._keep(key, number, incident, incident.changed_at, telling)

    # ── what becomes of incidents ────────────────────────────────────────────────────────────────────────

    def _follow(
        self,
        reader: Reader,
        figures: Figures,
        rule: AlertRule,
        game: WatchedGame,
        seen: Look,
        at: dt.datetime,
        now: dt.datetime,
    ) -> None:
        """What one look makes of an incident is kept, with what is told of it."""
        key = IncidentKey(rule.id, game.id, seen.part)
        number, before = self._known_incidents().get(key) or (None, None)
        is_opening = before is None or not before.is_open
        if is_opening and (seen.verdict is None or seen.verdict.state != "over"):
            return
        explanation = before.explanation if before is not None else Explanation()
        kind = before.kind if before is not None else "players"
        if is_opening and seen.verdict is not None:
            explanation = self._explain(reader, figures, rule, game, seen)
            kind = self._kind(figures, game, rule, seen, seen.verdict)
        is_silenced = any(_holds(one, rule, game.id, seen.part, explanation, now) for one in self._silences)
        policy = policy_of(rule, is_silenced=is_silenced)
        followed = follow(before, seen.verdict, at, policy, key, seen.span.start)
        if followed.incident is None:
            return
        if followed.told in ("updated", "escalated") and not is_opening:
            explanation = self._explain(reader, figures, rule, game, seen)
        incident = replace(followed.incident, explanation=explanation, kind=kind)
        if before is not None and incident.opened_at != before.opened_at:
            number = None
        is_to_be_kept = is_opening or followed.told is not None or not incident.is_open
        if number is not None and not is_to_be_kept and not self._is_to_be_observed(number, incident, at):
            # It is kept with the next change that is; and so is what was the worst of it.
            self._known_incidents().put(key, number, incident)
            if before is not None and incident.worst != before.worst:
                self._worst[number] = _observed(incident, at)
            return
        self._keep(key, number, incident, at, self._telling(followed.told, incident, rule, game, now))

    def _keep(
        self,
        key: IncidentKey,
        number: int | None,
        incident: Incident,
        at: dt.datetime,
        telling: Telling | None,
    ) -> int:
        worst = self._worst.get(number) if number is not None else None
        observations = [*([] if worst is None else [worst]), _observed(incident, at)]
        row = IncidentRow(number, *key, incident.is_open, incident.opened_at, incident.changed_at, incident.to_json())
        (number,) = self._registry.incidents.keep([IncidentChange(row, observations, telling)])
        last = self._known_incidents().get(key)
        if last is None or last.number == number or last.incident.opened_at <= incident.opened_at:
            self._known_incidents().put(key, number, incident)
        self._observed[number] = at
        self._worst.pop(number, None)
        if not incident.is_open:
            self._observed.pop(number, None)
            self._bad[key].append(Span(incident.began_at, incident.changed_at))
        if telling is not None:
            log.info("an incident is told", extra={"incident": number, "rule": key.rule_id, "game": key.game_id})
        return number

    def _telling(
        self, told: Told | None, incident: Incident, rule: AlertRule, game: WatchedGame, now: dt.datetime
    ) -> Telling | None:
        if told is None:
            return None
        address = self._address()

        def written(number: int) -> str:
            return message_of(incident, number, told, rule, game, address, now).to_json()

        return Telling(rule.channels, incident.severity, incident.severity == "critical", written)

    def _resolve_orphans(self, game: WatchedGame, now: dt.datetime) -> None:
        """Incidents whose rule is gone or switched off: nobody would ever resolve them. Nothing is told of that."""
        incidents = self._known_incidents()
        gone = set(incidents.open_rules(game.id)) - {rule.id for rule in self._rules[game.id]}
        for rule_id in gone:
            for part in list(incidents.open_parts(rule_id, game.id)):
                key = IncidentKey(rule_id, game.id, part)
                there = incidents.get(key)
                if there is not None:
                    resolved = replace(there.incident, resolved_at=now, changed_at=now)
                    self._keep(key, there.number, resolved, now, None)

    def _explain(self, reader: Reader, figures: Figures, rule: AlertRule, game: WatchedGame, seen: Look) -> Explanation:
        if isinstance(rule, Refused):
            return Explanation()
        found = explain(reader, figures, game, cut_of(rule), seen.span, seen.part)
        return replace(found, new_values=list(seen.new_values))

    def _kind(
        self, figures: Figures, game: WatchedGame, rule: AlertRule, seen: Look, verdict: Verdict
    ) -> Literal["players", "telemetry"]:
        """Before players are blamed the books are asked."""
        if isinstance(rule, Refused):
            return "telemetry"
        if not verdict.is_down or not isinstance(rule, Threshold | Silence | Unusual):
            return "players"
        received = figures.received(game, seen.span)
        weeks = figures.weeks(game, rule.env, seen.span, [])
        history = [float(figures.received(game, week).received) for week in weeks]
        is_refused = received.received > 0 and received.refused >= received.received / 2
        return "telemetry" if is_refused or has_fallen(received.received, history) else "players"

    # ── what is known ────────────────────────────────────────────────────────────────────────────────────

    def _known_incidents(self) -> KnownIncidents:
        if self._incidents is None:
            self._incidents = KnownIncidents()
            for row in self._registry.incidents.current(self._clock() - (WEEKS_BACK + 1) * 7 * ONE_DAY):
                incident = Incident.from_json(row.incident_json)
                key = IncidentKey(row.rule_id, row.game_id, row.part)
                self._incidents.put(key, row.id or 0, incident)
                if not incident.is_open:
                    self._bad[key].append(Span(incident.began_at, incident.changed_at))
        return self._incidents

    def _is_to_be_observed(self, number: int, incident: Incident, at: dt.datetime) -> bool:
        last = self._observed.get(number)
        often = OBSERVED_EVERY if at - incident.opened_at < OFTEN_OBSERVED else OBSERVED_LATER
        return last is None or at - last >= often

    def _read_registry(self) -> None:
        revision = self._registry.revision()
        if revision == self._revision:
            return
        games = [
            WatchedGame(one.id, one.name, one.time_zone, one.currency)
            for one in self._registry.games.all()
            if one.archived_at is None  # it is silent because somebody wants it so
        ]
        rows = self._registry.alert_rules.all()
        self._unreadable.clear()
        kept: list[tuple[RuleRow, AlertRule]] = []
        for row in rows:
            try:
                kept.append((row, read_rule(row.rule_json)))
            except ValidationError as error:
                first = error.errors()[0]
                said = f"It cannot be read: {'.'.join(map(str, first['loc']))}: {first['msg']}"
                self._unreadable[row.id, row.game_id] = Failure(row.id, row.game_id, said, self._clock())
        self._rules_changed_at = {(row.id, row.game_id): row.changed_at for row in rows}
        defaults = default_rules(self._settings)
        self._rules = {
            game.id: [rule for rule in rules_of_game(game.id, defaults, kept) if rule.enabled] for game in games
        }
        self._games = {game.id: game for game in games}
        self._silences = self._registry.alert_rules.silences()
        self._channels = {channel.id for channel in self._registry.alert_channels.all()}
        there = {(rule.id, game_id) for game_id, rules in self._rules.items() for rule in rules}
        self._failures = {key: one for key, one in self._failures.items() if key in there or key == ("", None)}
        if self._revision is None:
            self._judged_to = self._registry.alert_rules.positions()
        self._revision = revision

    def _look_up_extents(self, reader: Reader, games: list[WatchedGame], now: dt.datetime) -> None:
        has_new = any((game.id, rule.env) not in self._extents for game in games for rule in self._rules[game.id])
        kept = NEW_GAME_SOUGHT if has_new else EXTENTS_KEPT
        if self._extents_at is None or now - self._extents_at > kept:
            self._extents = extents(reader)
            self._extents_at = now

    def _keep_positions(self) -> None:
        if self._judged_to:
            self._registry.alert_rules.put_positions(self._judged_to)
        self._positions_at = time.monotonic()

    def _fail(self, rule_id: str | None, game_id: str | None, error: str) -> None:
        key = (rule_id or "", game_id)
        there = self._failures.get(key)
        since = there.since if there is not None else self._clock()
        if there is None or there.error != error:
            log.warning("a rule cannot be judged", extra={"rule": rule_id, "game": game_id, "error": error})
        self._failures[key] = Failure(rule_id or "", game_id, error, since)

    def _show_failures(self) -> None:
        self._failures_seen = [*self._unreadable.values(), *self._failures.values(), *self._lost_channels()]

    def _lost_channels(self) -> list[Failure]:
        found: dict[tuple[str, str | None], Failure] = {}
        for rules in self._rules.values():
            for rule in rules:
                lost = [channel for channel in rule.channels if channel not in self._channels]
                if lost:
                    said = (
                        f"There is no channel {', '.join(map(repr, lost))} any more: what it finds is not told there."
                    )
                    found[rule.id, rule.game_id] = Failure(rule.id, rule.game_id, said, self._began)
        return list(found.values())


def _counts(rule: AlertRule) -> bool:
    """Whether the rollup says all it looks at, rather than metrics or the events themselves."""
    is_count = not isinstance(rule, Ratio) and is_event_count(getattr(rule, "measure", "events"))
    return is_count and not cut_of(rule).is_of_events


def _holds(
    silence: SilenceRow, rule: AlertRule, game_id: str, part: str, explanation: Explanation, at: dt.datetime
) -> bool:
    """Whether a silence is about an incident. Of a version: one that the rule is about, or that explains most of it."""
    if silence.until <= at or silence.rule_id not in (None, rule.id) or silence.game_id not in (None, game_id):
        return False
    if silence.version is None:
        return True
    if rule.parts_by == "version":
        return part == silence.version
    explains = any(
        change.dimension == "version" and change.value == silence.version and change.share >= 0.5
        for change in explanation.changes
    )
    return rule.version == [silence.version] or explains


def _observed(incident: Incident, at: dt.datetime) -> Observation:
    return Observation(at, incident.value, incident.usual, incident.low, incident.high)


def _quarters(after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """The borders of quarters of an hour behind a moment, before another."""
    at = slot_before(after) + SLOT
    found: list[dt.datetime] = []
    while at < until:
        found.append(at)
        at += SLOT
    return found
