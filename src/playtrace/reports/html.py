"""A report as one HTML page with its picture in it: it needs nothing else, and can be sent, kept and printed.

Tables and styles are written as programs for mail understand them. Whatever a game sent is text, and has its own
direction.
"""

from __future__ import annotations

import base64
from html import escape

from playtrace.reports.digest import Digest, Figure
from playtrace.reports.words import (
    NOTHING,
    before_of,
    change_of,
    crash_of,
    crashes_of,
    footer_of,
    health_of,
    interval_of,
    returned_of,
    times_of,
    value_of,
    version_of,
)

FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
BODY = f"margin:0;padding:24px 12px;background:#f5f6f7;color:#151a21;font-size:15px;line-height:1.45;{FONT}"
SHEET = "width:100%;max-width:680px;margin:0 auto;background:#ffffff;border:1px solid #e2e5e9;border-collapse:separate;"
TABLE = "width:100%;border-collapse:collapse;"
HEAD = "padding:6px 8px;border-bottom:2px solid #c9ced6;font-weight:600;color:#535d6b;font-size:13px;"
CELL = "padding:7px 8px;border-bottom:1px solid #e2e5e9;vertical-align:top;"
NUMBER = "text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;"
LABEL = "text-align:left;font-weight:400;"
FAINT = "color:#535d6b;"
REMARK = "margin:0 0 10px;padding:8px 12px;background:#fbf0d9;border-left:4px solid #8a5a00;"
HEADING = "margin:26px 0 6px;font-size:17px;line-height:1.3;"
STYLE = (
    "@media print{body{background:#fff!important;padding:0!important}.sheet{border:0!important}"
    "tr tr,img,li{break-inside:avoid}}"
    "@media(max-width:560px){body{padding:0!important}.sheet{border:0!important}.sheet>tbody>tr>td{padding:16px!important}"
    "td td,td th{padding:6px 3px!important;font-size:13px!important}}"
)


def write_html(digest: Digest, picture: bytes) -> str:
    """`picture` is a PNG."""
    title = f"{escape(digest.game_name)}: {digest.period.title}"
    parts = [
        *(f'<p style="{REMARK}">{escape(remark)}</p>' for remark in digest.remarks),
        _figures(digest),
        _picture(digest, picture),
        _heading("Who came back"),
        _returns(digest),
        _heading("Crashes"),
        _crashes(digest),
        _version(digest),
        _heading("Data"),
        f'<p style="margin:0">{health_of(digest)}</p>',
        f'<p style="margin:26px 0 0;font-size:13px;{FAINT}">{escape(footer_of(digest))}</p>',
    ]
    body = "\n".join(part for part in parts if part)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body style="{BODY}">
<table role="presentation" class="sheet" style="{SHEET}"><tr><td style="padding:24px">
<h1 style="margin:0;font-size:23px;line-height:1.25"><bdi>{escape(digest.game_name)}</bdi></h1>
<p style="margin:2px 0 16px;font-size:16px;{FAINT}">{digest.period.title}</p>
{body}
</td></tr></table>
</body>
</html>
"""


def _heading(text: str) -> str:
    return f'<h2 style="{HEADING}">{text}</h2>'


def _figures(digest: Digest) -> str:
    kind = digest.period.kind
    names = ("", f"this {kind}", f"{kind} before", "change")
    head = "".join(f'<th scope="col" style="{HEAD}{NUMBER if name else LABEL}">{name}</th>' for name in names)
    rows = "".join(_row(figure) for figure in digest.figures)
    return f'<table style="{TABLE}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(figure: Figure) -> str:
    interval = interval_of(figure)
    detail = f'<br><span style="font-size:13px;{FAINT}">95 %: {interval}</span>' if interval else ""
    return (
        f'<tr><th scope="row" style="{CELL}{LABEL}">{figure.label}{detail}</th>'
        f'<td style="{CELL}{NUMBER}font-weight:600">{escape(value_of(figure))}</td>'
        f'<td style="{CELL}{NUMBER}{FAINT}">{escape(before_of(figure))}</td>'
        f'<td style="{CELL}{NUMBER}">{change_of(figure) or NOTHING}</td></tr>'
    )


def _picture(digest: Digest, picture: bytes) -> str:
    reported = [day.players for day in digest.days if day.is_reported]
    said = f"Active players of each of the last {len(digest.days)} days; in the {digest.period.kind} that is reported: "
    said += ", ".join(f"{players:,}" for players in reported)
    source = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    return f'<img src="{source}" alt="{said}" width="632" style="display:block;width:100%;height:auto;margin:20px 0 0">'


def _returns(digest: Digest) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="{CELL}{LABEL}white-space:nowrap">{label}</th>'
        f'<td style="{CELL}"><span style="font-weight:600">{share}</span><br><span style="{FAINT}">{whose}</span></td>'
        "</tr>"
        for label, share, whose in returned_of(digest)
    )
    return f'<table style="{TABLE}"><tbody>{rows}</tbody></table>'


def _crashes(digest: Digest) -> str:
    kind = digest.period.kind
    lines = [
        f'<li style="margin:4px 0"><bdi style="overflow-wrap:anywhere">{escape(crash.text)}</bdi><br>'
        f'<span style="{FAINT}">{crash_of(crash, kind)}</span></li>'
        for crash in digest.crashes.most_common
    ]
    if digest.crashes.others:
        lines.append(f'<li style="margin:4px 0;{FAINT}">others: {times_of(digest.crashes.others)}</li>')
    listed = f'<ul style="margin:6px 0 0;padding-left:20px">{"".join(lines)}</ul>' if lines else ""
    return f'<p style="margin:0">{crashes_of(digest)}</p>{listed}'


def _version(digest: Digest) -> str:
    if digest.version is None:
        return ""
    name = f'<bdi style="font-weight:600;overflow-wrap:anywhere">{escape(digest.version.version)}</bdi>'
    return f'{_heading("Newest version")}<p style="margin:0">{name}: {version_of(digest)}</p>'
