"""How figures are written, in all forms of a report: `12,345`, `98.7 %`, `1 h 23 min`, `1,234.50`, `+4.2 %`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from playtrace.reports.digest import Crash, Digest, Figure
from playtrace.reports.period import long_day, short_days

NOTHING = "–"
"""Where there is no figure: a share of nothing, say."""
MINUS = "−"
MICROS_OF_CENT = 10_000


def value_of(figure: Figure) -> str:
    return NOTHING if figure.value is None else _written(figure, figure.value)


def before_of(figure: Figure) -> str:
    return NOTHING if figure.before is None else _written(figure, figure.before)


def change_of(figure: Figure) -> str:
    """From the period before: in per cent of it, of shares in points. Empty where there is nothing to compare with."""
    if figure.value is None or figure.before is None:
        return ""
    if figure.unit == "share":
        return f"{_signed(100 * (figure.value - figure.before), 2)} points"
    if figure.value == figure.before:
        return "±0 %"
    # Of less than nothing, as net revenue may be, no per cent can be told.
    return f"{_signed(100 * (figure.value / figure.before - 1), 1)} %" if figure.before > 0 else ""


def interval_of(figure: Figure) -> str:
    """`96.1 to 99.0 %`; empty where there is none."""
    if figure.interval is None:
        return ""
    low, high = (_percent(end) for end in figure.interval)
    return f"{low.removesuffix(' %')} to {high}"


def crash_of(crash: Crash, kind: str) -> str:
    """How often, and how often before."""
    times = times_of(crash.times)
    if crash.before is None:
        return times
    if crash.before == 0:
        return f"{times}, not once the {kind} before"
    return f"{times}, {crash.before:,} the {kind} before"


def times_of(count: int) -> str:
    return counted(count, "time")


def counted(count: int, name: str, plural: str | None = None) -> str:
    """`1 time`, `2 times`."""
    return f"{count:,} {name if count == 1 else plural or f'{name}s'}"


def returned_of(digest: Digest) -> list[tuple[str, str, str]]:
    """Name of each retention, what it is, and of whom."""
    lines: list[tuple[str, str, str]] = []
    for cohort in digest.returns:
        came = short_days(cohort.first, cohort.last)
        if cohort.size == 0:
            lines.append((cohort.figure.label, NOTHING, f"nobody came on {came}"))
            continue
        share = f"{value_of(cohort.figure)} ({interval_of(cohort.figure)})"
        whose = f"{cohort.retained:,} of {cohort.size:,} who came on {came}"
        if cohort.figure.before is not None:
            whose += f"; {before_of(cohort.figure)} the {digest.period.kind} before"
        lines.append((cohort.figure.label, share, whose))
    return lines


def version_of(digest: Digest) -> str:
    """The newest version's part of the players; empty where there is none."""
    version = digest.version
    if version is None:
        return ""
    share, day = value_of(version.figure), short_days(version.day, version.day)
    before = f"; {before_of(version.figure)} the {digest.period.kind} before" if version.figure.before else ""
    return f"{share} of the players of {day} ({version.players:,}){before}"


def health_of(digest: Digest) -> str:
    health = digest.health
    if health.received == 0:
        return "No events were received."
    refused, quarantined = value_of(health.refused), value_of(health.quarantined)
    received = counted(health.received, "event was received", "events were received")
    return f"{received}: {refused} refused, {quarantined} quarantined, {health.duplicates:,} sent again."


def crashes_of(digest: Digest) -> str:
    """How many in all."""
    crashes, kind = digest.crashes, digest.period.kind
    if crashes.times == 0:
        return f"No crashes; {crashes.before:,} the {kind} before." if crashes.before else "No crashes."
    return f"{counted(crashes.times, 'crash', 'crashes')}, {crashes.before:,} the {kind} before."


def footer_of(digest: Digest) -> str:
    zone = ZoneInfo(digest.time_zone)
    made = digest.as_of.astimezone(zone)
    said = f"Days are those of {digest.time_zone}. Made on {long_day(made.date())} at {made:%H:%M}."
    if digest.settles_at is None:
        return said
    settles = digest.settles_at.astimezone(zone)
    return f"{said} Late events may change the figures until {settles:%H:%M} on {long_day(settles.date())}."


def _written(figure: Figure, value: int | float) -> str:
    match figure.unit:
        case "count":
            return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
        case "share":
            return _percent(value)
        case "seconds":
            return _duration(value)
        case "money":
            cents = round(int(value), -4) // MICROS_OF_CENT
            sign = MINUS if cents < 0 else ""
            return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def _percent(share: float) -> str:
    """With as many decimals as tell it from 100 %, and from none: three at most."""
    percent = 100 * share
    if share in (0, 1):
        return f"{percent:.0f} %"
    for decimals in (1, 2):
        if 0 < round(percent, decimals) < 100:
            return f"{percent:.{decimals}f} %"
    return f"{percent:.3f} %"


def _signed(number: float, decimals: int) -> str:
    written = f"{abs(number):,.{decimals}f}"
    if float(written.replace(",", "")) == 0:
        return f"±{written}"
    return f"{'+' if number > 0 else MINUS}{written}"


def _duration(seconds: float) -> str:
    """In the two largest units."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours >= 100:
        return f"{round(seconds / 3600):,} h"
    if hours:
        return f"{hours} h {minutes_left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
