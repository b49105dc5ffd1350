"""What the metrics must say, counted the slow and obvious way over a list of events.

Events are dictionaries of the Event's fields. Nothing here is shared with the metrics but their definitions: days come
from walking the clock in small steps, sets are Python sets, and every question looks at every event.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

Event = dict[str, Any]
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
GAME_CURRENCY = "USD"
"""What is paid without a currency; as where no game says another."""
PASSIVE = {"push_received", "server_grant", "crash_upload"}
FAR = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


class Question:
    """The common parameters, as plain Python."""

    def __init__(
        self,
        asked: dict[str, Any],
        now: dt.datetime,
        also: Callable[[Event], bool] = lambda event: True,
        players: list[str] | None = None,
    ) -> None:
        """`also` must hold of an event (or of the first one of a player or session); only `players` count, if given."""
        self.also = also
        self.players = players
        self.zone = ZoneInfo(asked.get("timeZone", "UTC"))
        self.now = now
        self.asked = asked
        self.env = asked.get("env", "prod")

    def local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(self.zone)

    def day(self, moment: dt.datetime) -> dt.date:
        return self.local(moment).date()

    def midnight(self, day: dt.date) -> dt.datetime:
        """The first quarter of an hour of a day, found by looking at each."""
        moment = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) - DAY
        while self.day(moment) < day:
            moment += 15 * MINUTE
        return moment

    @property
    def start(self) -> dt.datetime:
        value = self.asked["from"]
        return value if isinstance(value, dt.datetime) else self.midnight(value)

    @property
    def end(self) -> dt.datetime:
        value = self.asked["to"]
        return value if isinstance(value, dt.datetime) else self.midnight(value + DAY)

    def days(self) -> list[dt.date]:
        first, last = self.day(self.start), self.day(self.end - dt.timedelta(microseconds=1))
        return [first + n * DAY for n in range((last - first).days + 1)]

    def wants(self, thing: Event) -> bool:
        """Whether the filters let something with platform, version and country through."""
        for field in ("platform", "version", "country"):
            wanted = self.asked.get(field)
            if wanted and (thing.get(field) or "unknown") not in wanted:
                return False
        if self.players is not None and thing.get("player_id") not in self.players:
            return False
        return self.also(thing.get("first", thing))

    def counted(self, events: list[Event]) -> list[Event]:
        return [event for event in events if event.get("env", "prod") == self.env]

    def qualifying(self, events: list[Event]) -> list[Event]:
        return [e for e in self.counted(events) if e.get("player_id") is not None and e["name"] not in PASSIVE]


def order(event: Event) -> tuple[dt.datetime, int]:
    """Which of two was first; of the same moment and `seq` the earlier one of the list, as sorting is stable."""
    return event["time"], min(max(event.get("seq") or 0, 0), 32_767)


def entries(question: Question, events: list[Event]) -> dict[str, Event]:
    """The first event of each player, ever."""
    first: dict[str, Event] = {}
    for event in sorted(question.qualifying(events), key=order):
        first.setdefault(event["player_id"], event)
    return first


def active_days(question: Question, events: list[Event]) -> dict[str, set[dt.date]]:
    days: dict[str, set[dt.date]] = defaultdict(set)
    for event in question.qualifying(events):
        days[event["player_id"]].add(question.day(event["time"]))
    return days


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


# --- active players ---


def active_players(question: Question, events: list[Event]) -> list[dict[str, Any]]:
    days = active_days(question, [event for event in events if question.wants(event)])
    first = entries(question, events)
    answer: list[dict[str, Any]] = []
    for day in question.days():

        def within(length: int, day: dt.date = day) -> int:
            return sum(any(0 <= (day - active).days < length for active in seen) for seen in days.values())

        new = sum(question.day(e["time"]) == day and question.wants(e) for e in first.values())
        answer.append({"day": day, "dau": within(1), "wau": within(7), "mau": within(30), "new": new})
    return answer


# --- retention ---


def retention(
    question: Question, events: list[Event], kind: str, first_after: int, last_after: int | None
) -> tuple[list[tuple[dt.date, int, int, bool]], tuple[int, int]]:
    """For one column: cohort, size, retained, complete for each row; and the total of retained and size."""
    weekly = kind == "calendar_week" or question.asked.get("granularity") == "week"
    days = active_days(question, events)
    rows: dict[dt.date, list[str]] = {}
    last_of_row: dict[dt.date, dt.date] = {}
    for day in question.days():
        cohort = day - day.weekday() * DAY if weekly else day
        rows.setdefault(cohort, [])
        last_of_row[cohort] = day
    for player, entry in entries(question, events).items():
        day = question.day(entry["time"])
        if day in question.days() and question.wants(entry):
            rows[day - day.weekday() * DAY if weekly else day].append(player)
    answer: list[tuple[dt.date, int, int, bool]] = []
    first = entries(question, events)
    for cohort, players in rows.items():
        retained = 0
        for player in players:
            zero = cohort if kind == "calendar_week" else question.day(first[player]["time"])
            # What lies after today is not looked at: it has not happened.
            last = max(question.day(question.now), *question.days())
            after = [(day - zero).days for day in days[player] if day <= last]
            retained += any(first_after <= n and (last_after is None or n <= last_after) for n in after)
        zero = cohort if kind == "calendar_week" else last_of_row[cohort]
        last = zero + (first_after if last_after is None else last_after) * DAY
        answer.append((cohort, len(players), retained, question.now >= question.midnight(last + DAY)))
    mature = [row for row in answer if row[3]]
    return answer, (sum(row[2] for row in mature), sum(row[1] for row in mature))


# --- sessions ---


def sessions(question: Question, events: list[Event], timeout: dt.timedelta = 30 * MINUTE) -> list[dict[str, Any]]:
    by_id: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in sorted(question.counted(events), key=order):
        session = event.get("session_id")
        if session is None and question.qualifying([event]):
            by_id[event["player_id"], ""].append(event)
        elif session is not None and event["name"] not in PASSIVE:
            owner = "" if len(session) >= 16 else event.get("player_id") or event.get("device_id") or ""
            by_id[owner, session].append(event)
    answer = [group for (_, session), own in by_id.items() for group in stretches(own, timeout, explicit=session != "")]
    return [session for session in map(as_session, answer) if question.wants(session)]


def stretches(events: list[Event], timeout: dt.timedelta, *, explicit: bool) -> list[list[Event]]:
    """The events of one id, cut at silences. One with a clock of its own says since when the session is on."""

    def since(event: Event) -> dt.datetime:
        clock = event.get("mono_ms") if explicit else None
        return event["time"] - min(DAY, dt.timedelta(milliseconds=clock or 0))

    cut: list[list[Event]] = []
    reach = None
    for event in sorted(events, key=since):
        if reach is None or since(event) > reach + timeout:
            cut.append([])
        cut[-1].append(event)
        reach = event["time"] if reach is None else max(reach, event["time"])
    whole: list[list[Event]] = []
    for stretch in [sorted(stretch, key=order) for stretch in cut]:
        # A crash that is reported after a long silence is of the session before.
        if explicit and not is_played(stretch) and whole and is_played(whole[-1]):
            whole[-1] += [event | {"is_report": True} for event in stretch]
        else:
            whole.append(stretch)
    return whole


def is_played(stretch: list[Event]) -> bool:
    return any(event["name"] != "crash" for event in stretch)


def as_session(group: list[Event]) -> dict[str, Any]:
    clocks = [e["mono_ms"] for e in group if e.get("session_id") is not None and e.get("mono_ms") is not None]
    players = [e["player_id"] for e in group if e.get("player_id") is not None]
    own = [e for e in group if "is_report" not in e]
    wall = (max(e["time"] for e in own) - own[0]["time"]).total_seconds()
    return {
        **{field: group[0].get(field) for field in ("platform", "version", "country", "time")},
        "first": group[0],
        "events": group,
        "last": max(e["time"] for e in own),
        "player_id": players[0] if players else None,
        "seconds": max(clocks) / 1000 if clocks else wall,
        "crashes": sum(e["name"] == "crash" and said(e, "class") != "hang" for e in group),
    }


def said(event: Event, prop: str) -> Any:
    return (event.get("props") or {}).get(prop)


# --- summary ---


def drawn(event: Event) -> tuple[float, float] | None:
    """Frames and seconds of a performance event."""
    if event["name"] != "performance":
        return None
    props = event.get("props") or {}

    def number(key: str) -> float | None:
        try:
            return float(props[key])
        except (KeyError, TypeError, ValueError):
            return None

    seconds = number("duration_s")
    seconds = 1.0 if seconds is None else seconds
    fps = event["value"] if event.get("value") is not None else number("fps")
    frames = number("frames")
    if frames is None and fps is not None:
        frames = fps * seconds
    return None if frames is None or not math.isfinite(frames) else (frames, seconds)


def money(events: list[Event], currency: str) -> tuple[int, int]:
    """Micros in the currency, and how many purchases were in others."""
    bought = [e for e in events if e["name"] == "purchase" and round((e.get("value") or 0) * 1e6) != 0]
    own = [e for e in bought if (e.get("currency") or GAME_CURRENCY) == currency]
    return sum(round((e.get("value") or 0) * 1e6) for e in own), len(bought) - len(own)


def figures(
    question: Question, events: list[Event], start: dt.datetime, end: dt.datetime, whole: dt.datetime | None = None
) -> dict[str, Any]:
    """From `start` to `end`, which is where it is cut if it goes on to `whole`."""
    inside = [e for e in question.counted(events) if start <= e["time"] < end and question.wants(e)]
    playing = [s for s in sessions(question, events) if start <= s["time"] < end]
    owners = {s["player_id"] for s in playing} - {None}
    crashed_owners = {s["player_id"] for s in playing if s["crashes"]} - {None}
    crashed = sum(s["crashes"] > 0 for s in playing)
    micros, others = money(inside, question.asked.get("currency", "USD"))
    pictures = [both for e in inside if (both := drawn(e)) is not None]
    active = question.qualifying(inside)
    days = [question.day(start) + n * DAY for n in range((end - start).days + 3)]
    complete = [d for d in days if question.midnight(d) < end and start < question.midnight(d + DAY)]
    over = question.now if whole is None else end
    complete = [d for d in complete if over >= min(whole or end, question.midnight(d + DAY))]
    first = min((e["time"] for e in question.qualifying(question.counted(events))), default=question.now)
    complete = [d for d in complete if min(end, question.midnight(d + DAY)) > first]
    player_days = {(question.day(e["time"]), e["player_id"]) for e in active}
    lengths = [s["seconds"] for s in playing]
    return {
        "event_count": len(inside),
        "active_players": len({e["player_id"] for e in active}),
        "new_players": sum(start <= e["time"] < end and question.wants(e) for e in entries(question, events).values()),
        "session_count": len(playing),
        "avg_session_seconds": statistics.fmean(lengths) if lengths else None,
        "median_session_seconds": statistics.median(lengths) if lengths else None,
        "crash_count": sum(e["name"] == "crash" for e in inside),
        "crashed_sessions": crashed,
        "crash_free_sessions": share(len(playing) - crashed, len(playing)),
        "crash_free_players": share(len(owners) - len(crashed_owners), len(owners)),
        "revenue_micros": micros,
        "other_currency_purchases": others,
        "dau_mean": share(sum(day in complete for day, _ in player_days), len(complete)),
        "avg_fps": share(sum(f for f, _ in pictures), sum(s for _, s in pictures)),
    }


def players_now(question: Question, events: list[Event]) -> int:
    recent = [e for e in question.qualifying(events) if question.now - 5 * MINUTE < e["time"] <= question.now]
    return len({e["player_id"] for e in recent if question.wants(e)})


# --- time series ---


def bucket_starts(question: Question, interval: str) -> list[tuple[dt.datetime, dt.datetime]]:
    """Start and end of the buckets that the range touches, found by walking the clock."""
    step = MINUTE if interval == "minute" else 15 * MINUTE
    moment = question.start.replace(minute=0, second=0, microsecond=0) - (
        dt.timedelta(hours=2) if interval in ("minute", "hour") else 9 * DAY
    )
    starts: list[dt.datetime] = []
    before: object = None
    while True:
        local = question.local(moment)
        monday = local.date() - local.weekday() * DAY
        key = {
            "minute": moment,
            "hour": (local.date(), local.hour, local.utcoffset()),
            "day": local.date(),
            "week": monday,
        }[interval]
        if key != before:
            starts.append(moment)
            if moment >= question.end:
                break
        before = key
        moment += step
    # The walk may have begun inside a bucket: the first start is none, but for minutes.
    pairs = pairwise(starts if interval == "minute" else starts[1:])
    return [(start, end) for start, end in pairs if end > question.start and start < question.end]


def point(question: Question, events: list[Event], figure: str, start: dt.datetime, end: dt.datetime) -> float | None:
    """The value of one bucket."""
    start, end = max(start, question.start), min(end, question.end)
    plain = figures_of_bucket.get(figure)
    if plain is None:
        return sum(
            e["name"] == figure and start <= e["time"] < end and question.wants(e) for e in question.counted(events)
        )
    return figures(question, events, start, end)[plain]


figures_of_bucket = {
    "events": "event_count",
    "crashes": "crash_count",
    "sessions": "session_count",
    "active_players": "active_players",
    "new_players": "new_players",
    "avg_fps": "avg_fps",
    "avg_session_seconds": "avg_session_seconds",
    "crash_free_sessions": "crash_free_sessions",
    "revenue": "revenue_micros",
}


# --- heatmap ---


def core(places: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """By hand: left, lower, right and upper border of where nearly all places are."""

    def reach(place: tuple[float, float]) -> int:
        return math.ceil(math.log(max(abs(place[0]), abs(place[1]), 1)) / math.log(2) - 1e-9)

    counts = Counter(map(reach, places))
    first = max(counts, key=lambda one: (counts[one], one))
    kept = {first}
    for step in (1, -1):
        edge = first
        for one in range(first + step, 1100 if step == 1 else -1, step):
            share = counts[one] / len(places)
            if one in counts and (share >= 0.1 or (share >= 0.005 and abs(one - edge) <= 2)):
                kept.add(one)
                edge = one
    kept.add(max(kept) + 1)
    xs, ys = zip(*[place for place in places if reach(place) in kept], strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def core_of_map(question: Question, events: list[Event], map_id: str, name: str) -> tuple[float, ...] | None:
    first = question.start.astimezone(dt.UTC).date()
    last = (question.end - dt.timedelta(microseconds=1)).astimezone(dt.UTC).date()
    on_map = [e for e in question.counted(events) if e.get("map") == map_id and first <= e["time"].date() <= last]
    on_map = [e for e in on_map if e.get("x") is not None and e.get("y") is not None]
    for wanted in ("position", name):
        if places := [(e["x"], e["y"]) for e in on_map if e["name"] == wanted]:
            return core(places)
    return None


def fitting_cell_size(question: Question, events: list[Event], map_id: str, name: str) -> float:
    """By hand: the first of ..., 0.001, 0.002, 0.005, 0.01, ... of which at most 25 make the core's longer side."""
    found = core_of_map(question, events, map_id, name)
    if found is None:
        return 1.0
    left, lower, right, upper = found
    side = max(right - left, upper - lower)
    steps = (float(f"{step}e{power}") for power in range(-290, 9) for step in (1, 2, 5))
    return next(step for step in steps if step * 25 >= side * (1 - 1e-9)) if side > 0 else 1.0


def heatmap(
    question: Question, events: list[Event], map_id: str, name: str, cell_size: float, sample_interval_ms: int
) -> dict[tuple[int, int], dict[str, float]]:
    low, high = question.asked.get("floorFrom"), question.asked.get("floorTo")
    earliest, latest = question.asked.get("matchFromSeconds"), question.asked.get("matchToSeconds")
    cells: dict[tuple[int, int], dict[str, Any]] = defaultdict(lambda: {"events": 0, "seconds": 0.0, "players": set()})

    def is_in_match(event: Event) -> bool:
        if earliest is None and latest is None:
            return True
        match = event.get("match_id")
        began = [
            e["time"]
            for e in question.counted(events)
            if e.get("match_id") == match and question.start - dt.timedelta(days=1) <= e["time"] < question.end
        ]
        seconds = (event["time"] - min(began)).total_seconds() if match is not None and began else -1
        return (earliest or 0) <= seconds < (86_400 if latest is None else latest)

    def add(event: Event, count: int, seconds: float) -> None:
        z = event.get("z")
        on_floor = (low is None or (z is not None and z >= low)) and (high is None or (z is not None and z < high))
        if (
            event["map"] == map_id
            and on_floor
            and question.wants(event)
            and question.start <= event["time"] < question.end
            and is_in_match(event)
        ):
            cell = cells[math.floor(event["x"] / cell_size), math.floor(event["y"] / cell_size)]
            cell["events"] += count
            cell["seconds"] += seconds
            cell["players"] |= {event.get("player_id")} - {None}

    located = [
        e for e in question.counted(events) if e.get("map") and e.get("x") is not None and e.get("y") is not None
    ]
    for event in located:
        if event["name"] == name:
            add(event, 1, 0)
    walks: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in located:
        session = event.get("session_id")
        if event["name"] == "position" and session and event.get("mono_ms") is not None:
            # What lies between two samples was sent by one id.
            sent_by = event.get("sent_id") or event.get("player_id") or event.get("device_id") or ""
            walks["" if len(session) >= 16 else sent_by, session].append(event)
    for walk in walks.values():
        walk.sort(key=lambda e: (e["mono_ms"], *order(e)))
        for here, there in pairwise(walk):
            if here["map"] == there["map"]:
                add(here, 0, min(there["mono_ms"] - here["mono_ms"], 2 * sample_interval_ms) / 1000)
    return {
        place: {
            "events": c["events"],
            "seconds": c["seconds"],
            "players": min(5, len(c["players"])) if c["seconds"] >= 60 else None,
        }
        for place, c in cells.items()
        if c["events"] or c["seconds"] or c["players"]
    }
