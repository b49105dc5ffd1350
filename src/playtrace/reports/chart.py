"""The picture of a report: active players of each of the last days as a PNG, with the reported period in colour.

Drawn here, without a browser. The font is the one inside of Pillow, which has Latin letters alone: a game's name that
has others is not in the picture, its id is.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from playtrace.reports.digest import DayOfChart, Digest
from playtrace.reports.period import short_days

if TYPE_CHECKING:
    # Only for these names: what makes no picture starts without it.
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

WIDTH, HEIGHT = 1200, 480
"""Twice of what a mail shows, so that it is sharp there."""
LEFT, RIGHT, TOP, FLOOR = 124, 28, 92, 412
"""Where the bars are."""
MARGIN = 8
TITLE_SIZE, LABEL_SIZE = 28, 22
TITLE, TITLE_Y = "Active players per day", 46
GAP = 0.22
"""Between bars, of a bar's place."""
NAME_LETTERS_MAX = 28
LINES_MAX = 5
LABEL_PLACES = 4
"""A date is as wide as so many bars."""
BAR_HEIGHT_MIN = 4
"""One player is seen too, beside ten thousand."""
NOBODY = "Nobody played in these days"

PAPER, INK, FAINT, LINE = "#ffffff", "#151a21", "#535d6b", "#e2e5e9"
USUAL, REPORTED, UNFINISHED = "#b4c3d3", "#0b6fb8", "#8fc1e6"


def draw_chart(digest: Digest) -> bytes:
    """A PNG."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    _title(draw, digest)
    most = max((day.players for day in digest.days), default=0)
    top = _scale(draw, most)
    _bars(draw, digest, top)
    if most == 0:
        middle = (LEFT + WIDTH - RIGHT) / 2, (TOP + FLOOR) / 2
        draw.text(middle, NOBODY, fill=FAINT, font=_font(LABEL_SIZE), anchor="mm")
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _title(draw: ImageDraw, digest: Digest) -> None:
    name = digest.game_name if digest.game_name.isascii() else digest.game_id
    name = name if len(name) <= NAME_LETTERS_MAX else f"{name[: NAME_LETTERS_MAX - 3]}..."
    draw.text((LEFT, TITLE_Y), TITLE, fill=INK, font=_font(TITLE_SIZE), anchor="ls")
    after = LEFT + draw.textlength(TITLE, font=_font(TITLE_SIZE)) + 24
    draw.text((after, TITLE_Y), _reported(digest), fill=REPORTED, font=_font(LABEL_SIZE), anchor="ls")
    draw.text((WIDTH - RIGHT, TITLE_Y), name, fill=FAINT, font=_font(LABEL_SIZE), anchor="rs")


def _reported(digest: Digest) -> str:
    """What is in colour."""
    period = digest.period
    days = short_days(period.first, period.last) + ("" if digest.is_complete else " so far")
    return days if period.kind == "week" else f"{days}: {digest.days[-1].players:,}"


def _scale(draw: ImageDraw, most: int) -> int:
    """Lines, and the number that is at the top of the chart."""
    step = _step(most)
    top = max(1, math.ceil(most / step)) * step
    for number in range(0, top + 1, step):
        y = _y(number, top)
        draw.line((LEFT, y, WIDTH - RIGHT, y), fill=INK if number == 0 else LINE, width=2)
        draw.text((LEFT - 14, y), f"{number:,}", fill=FAINT, font=_font(LABEL_SIZE), anchor="rm")
    return top


def _step(most: int) -> int:
    """1, 2 or 5 times a power of ten, so that there are at most five lines above the floor."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if digit * power * LINES_MAX >= most:
                return digit * power
        power *= 10


def _bars(draw: ImageDraw, digest: Digest, top: int) -> None:
    place = (WIDTH - LEFT - RIGHT) / len(digest.days)
    reported = next(number for number, day in enumerate(digest.days) if day.is_reported)
    for number, day in enumerate(digest.days):
        x = LEFT + place * number
        color = USUAL if not day.is_reported else REPORTED if day.is_complete else UNFINISHED
        if day.players:
            y = min(_y(day.players, top), FLOOR - BAR_HEIGHT_MIN)
            draw.rectangle((x + place * GAP / 2, y, x + place * (1 - GAP / 2), FLOOR - 2), fill=color)
        is_monday = day.day.weekday() == 0 and abs(number - reported) >= LABEL_PLACES
        if number == reported or (is_monday and not day.is_reported):
            _day(draw, x, place, day, digest)


def _day(draw: ImageDraw, x: float, place: float, day: DayOfChart, digest: Digest) -> None:
    """The date below the bar: of the reported period in its colour, else of Mondays."""
    text = f"{day.day.day} {day.day:%b}"
    # What begins a week stands from there on, a single day has its date in the middle.
    is_single = day.is_reported and digest.period.kind == "day"
    half = draw.textlength(text, font=_font(LABEL_SIZE)) / 2
    middle = x + place / 2 if is_single else x + place * GAP / 2 + half
    _text(draw, middle, FLOOR + 26, text, REPORTED if day.is_reported else FAINT)


def _text(draw: ImageDraw, middle: float, y: float, text: str, color: str) -> None:
    """About this middle, and not beyond the chart."""
    half = draw.textlength(text, font=_font(LABEL_SIZE)) / 2
    draw.text((min(middle, WIDTH - MARGIN - half), y), text, fill=color, font=_font(LABEL_SIZE), anchor="mm")


def _y(players: int, top: int) -> float:
    return FLOOR - (FLOOR - TOP) * players / top


def _font(size: int) -> ImageFont | FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)
