"""The forms in which a report is written."""

from __future__ import annotations

from typing import Literal

from playtrace.reports.chart import draw_chart
from playtrace.reports.digest import Digest
from playtrace.reports.html import write_html
from playtrace.reports.markdown import write_markdown

Form = Literal["html", "md", "png"]

MEDIA_TYPES: dict[Form, str] = {"html": "text/html", "md": "text/markdown", "png": "image/png"}


def written(digest: Digest, form: Form) -> bytes:
    """A whole file; of text in UTF-8. `png` is the chart alone."""
    match form:
        case "html":
            return write_html(digest, draw_chart(digest)).encode()
        case "md":
            return write_markdown(digest).encode()
        case "png":
            return draw_chart(digest)
