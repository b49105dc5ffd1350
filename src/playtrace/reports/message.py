"""A report as a message for channels: the figures as fields, what is to be said besides as text, and the picture."""

from __future__ import annotations

from urllib.parse import urlencode

from playtrace.alerts.message import Message, MessageField, escaped
from playtrace.reports.chart import draw_chart
from playtrace.reports.digest import Digest, Figure
from playtrace.reports.markdown import crash_lines, returned_lines, version_line
from playtrace.reports.words import change_of, crashes_of, health_of, value_of


def message_of(digest: Digest, address: str | None) -> Message:
    """`address`: of the dashboard, if it has one that others know."""
    version = version_line(digest)
    parts = [
        *(escaped(remark) for remark in digest.remarks),
        returned_lines(digest),
        "\n".join(part for part in (f"**{crashes_of(digest)}**", crash_lines(digest)) if part),
        f"Newest version {version}" if version else "",
        health_of(digest),
    ]
    return Message(
        kind="report",
        severity="info",
        title=f"{digest.game_name}: {digest.period.title}",
        text="\n\n".join(part for part in parts if part),
        fields=tuple(MessageField(figure.label, _field(figure)) for figure in digest.figures),
        link=None if address is None else page_of(digest, address),
        game_id=digest.game_id,
        at=digest.as_of,
        picture=draw_chart(digest),
    )


def page_of(digest: Digest, address: str) -> str:
    """The dashboard about this period."""
    days = {"from": digest.period.first, "to": digest.period.last}
    asked = {"game": digest.game_id, "range": "custom"} | days | {"tz": digest.time_zone}
    return f"{address.rstrip('/')}/?{urlencode(asked)}"


def _field(figure: Figure) -> str:
    change = change_of(figure)
    return f"{value_of(figure)} ({change})" if change else value_of(figure)
