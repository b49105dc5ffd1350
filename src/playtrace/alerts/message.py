"""What an alert says, whatever the channel: each kind of channel writes it in its own form."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

import msgspec

Kind = Literal["opened", "updated", "escalated", "resolved", "test", "report"]
Severity = Literal["info", "warning", "critical"]

UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
"""White space, control characters, and what turns the direction of text around: a name could look like another."""
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
MARKDOWN = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])|\[(?P<label>(?:\\.|[^\]\\])*)\]\((?P<link>https?://[^)\s]*)\)|\*\*|`"
)


class MessageField(msgspec.Struct, frozen=True):
    """A figure with its name. Both are data: no channel reads Markdown in them."""

    name: str
    value: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message. Of any length: a channel cuts what it cannot take."""

    kind: Kind
    severity: Severity
    title: str
    """Plain, on one line. Data, like the fields."""
    text: str
    """Markdown: `**strong**`, `code`, lists with `- `, links. A string that a game sent is `escaped` in it."""
    fields: tuple[MessageField, ...] = ()
    link: str | None = None
    """Address of the page that shows more."""
    game_id: str | None = None
    incident_id: int | None = None
    at: dt.datetime
    """When what it tells was so; with an offset."""
    picture: bytes | None = None
    """PNG."""

    @property
    def is_urgent(self) -> bool:
        """Whether it is sent in quiet hours too."""
        return self.severity == "critical"

    def to_json(self) -> str:
        return _encoder.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Message:
        """Raises `msgspec.ValidationError` for what `to_json` did not write."""
        return _decoder.decode(text)


def escaped(data: str) -> str:
    """Any string as Markdown that shows it, on one line: no link, no mention, no style comes out of it."""
    return PUNCTUATION.sub(r"\\\1", on_one_line(data))


def plain_text(markdown: str) -> str:
    """What Markdown of messages says, for a channel that knows none."""

    def plain(found: re.Match[str]) -> str:
        if found["link"] is not None:
            return f"{plain_text(found['label'])} ({found['link']})"
        return found["escaped"] or ""

    return MARKDOWN.sub(plain, markdown)


def on_one_line(data: str) -> str:
    """A string without anything that would change where the rest stands."""
    return UNPRINTABLE.sub(" ", data).strip()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Message)
