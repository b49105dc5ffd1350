"""A report as Markdown. Whatever a game sent is escaped in it: no link and no style comes out of a name."""

from __future__ import annotations

from playtrace.alerts.message import escaped
from playtrace.reports.digest import Digest
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


def write_markdown(digest: Digest) -> str:
    """The whole report, without the picture."""
    kind = digest.period.kind
    parts = [
        f"# {escaped(digest.game_name)}: {digest.period.title}",
        *(f"> {escaped(remark)}" for remark in digest.remarks),
        "\n".join(
            [
                f"| | this {kind} | {kind} before | change | 95 % interval |",
                "|---|--:|--:|--:|--:|",
                *(
                    f"| {figure.label} | {value_of(figure)} | {before_of(figure)}"
                    f" | {change_of(figure) or NOTHING} | {interval_of(figure) or NOTHING} |"
                    for figure in digest.figures
                ),
            ]
        ),
        "## Who came back",
        returned_lines(digest),
        "## Crashes",
        crashes_of(digest),
        crash_lines(digest),
        *(("## Newest version", version_line(digest)) if digest.version is not None else ()),
        "## Data",
        health_of(digest),
        f"*{footer_of(digest)}*",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def returned_lines(digest: Digest) -> str:
    return "\n".join(f"- **{label}** {share}: {whose}" for label, share, whose in returned_of(digest))


def crash_lines(digest: Digest) -> str:
    """The most common ones; empty where there are none."""
    lines = [f"- {escaped(crash.text)}: {crash_of(crash, digest.period.kind)}" for crash in digest.crashes.most_common]
    if digest.crashes.others:
        lines.append(f"- others: {times_of(digest.crashes.others)}")
    return "\n".join(lines)


def version_line(digest: Digest) -> str:
    return "" if digest.version is None else f"**{escaped(digest.version.version)}**: {version_of(digest)}"
