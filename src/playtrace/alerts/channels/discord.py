"""`discord`: a message as an embed of a Discord webhook, within Discord's limits.

https://docs.discord.com/developers/resources/message#embed-object-embed-limits. Whatever a game sent, nobody is
mentioned, and no string of a game is Markdown.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from playtrace.alerts.channels.sending import AtAddress, Destination, NotSent, bounded, post, seconds_of
from playtrace.alerts.message import Message, escaped
from playtrace.alerts.outgoing import Answer, Outgoing

TITLE_MAX = 256
DESCRIPTION_MAX = 4096
FIELDS_MAX = 25
FIELD_NAME_MAX = 256
FIELD_VALUE_MAX = 1024
ALL_MAX = 6000
"""Of title, description, and names and values of fields together."""
LINK_MAX = 1000
"""Discord takes 2,048, and refuses some that are shorter."""
FIELDS_SHARE = 1500
"""Of all, so much is kept for fields where the text is long."""

COLORS = {"info": 0x1A73E8, "warning": 0xF29900, "critical": 0xD93025}
GOOD = 0x188038
"""Of what is over."""
PICTURE = "picture.png"
EMPTY = "–"
"""Discord refuses fields without a text."""
KNOWN_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+", re.IGNORECASE)
"""Discord refuses a whole message whose link leads to a host without a domain, such as `localhost`."""


class Discord(AtAddress):
    def send(self, message: Message, destination: Destination, delivery_id: str, outgoing: Outgoing) -> float:
        body, content_type = body_of(message)
        try:
            answer = post(outgoing, _waiting(destination.target), body, {"Content-Type": content_type})
        except NotSent as error:
            raise NotSent(error.reason, error.fault, pause_s=max(error.pause_s, _asked_pause(error.answer))) from None
        if answer.headers.get("x-ratelimit-remaining", "").strip() == "0":
            return bounded(seconds_of(answer.headers.get("x-ratelimit-reset-after", "")) or 0.0)
        return 0.0


def body_of(message: Message) -> tuple[bytes, str]:
    """What is sent, and its content type: JSON, or a form where there is a picture."""
    payload = msgspec.json.encode({"embeds": [embed(message)], "allowed_mentions": {"parse": []}})
    if message.picture is None:
        return payload, "application/json"
    boundary = secrets.token_hex(16)
    parts = [
        ('name="payload_json"', "application/json", payload),
        (f'name="files[0]"; filename="{PICTURE}"', "image/png", message.picture),
    ]
    form = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {what}\r\nContent-Type: {kind}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for what, kind, content in parts
    )
    return form + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def embed(message: Message) -> dict[str, Any]:
    """https://docs.discord.com/developers/resources/message#embed-object"""
    title = cut(escaped(message.title), TITLE_MAX)
    fields = [
        (cut(escaped(field.name) or EMPTY, FIELD_NAME_MAX), cut(escaped(field.value) or EMPTY, FIELD_VALUE_MAX))
        for field in message.fields[:FIELDS_MAX]
    ]
    of_fields = sum(units(name) + units(value) for name, value in fields)
    left = ALL_MAX - units(title)
    description = _description(message, min(DESCRIPTION_MAX, left - min(of_fields, FIELDS_SHARE)))
    left -= units(description)
    shown: list[dict[str, Any]] = []
    for name, value in fields:
        left -= units(name) + units(value)
        if left < 0:
            break
        shown.append({"name": name, "value": value, "inline": True})
    made: dict[str, Any] = {
        "title": title,
        "description": description,
        "color": GOOD if message.kind == "resolved" else COLORS[message.severity],
        "fields": shown,
        "timestamp": message.at,
    }
    if _is_clickable(message.link):
        made["url"] = message.link
    if message.picture is not None:
        made["image"] = {"url": f"attachment://{PICTURE}"}
    return made


def units(text: str) -> int:
    """Length as Discord's clients count it."""
    return len(text.encode("utf-16-le")) // 2


def cut(markdown: str, units_max: int) -> str:
    """Its beginning, which ends with `…` where something is missing, and not in the middle of an escape."""
    if units(markdown) <= units_max:
        return markdown
    kept = markdown.encode("utf-16-le")[: 2 * (units_max - 1)].decode("utf-16-le", "ignore")
    escapes = len(kept) - len(kept.rstrip("\\"))
    return f"{kept[: len(kept) - escapes % 2]}…"


def _description(message: Message, units_max: int) -> str:
    link = message.link
    if link is None or _is_clickable(link) or units(link) > LINK_MAX:
        return cut(message.text, units_max)
    return f"{cut(message.text, units_max - units(link) - 1)}\n{link}"


def _is_clickable(link: str | None) -> bool:
    """Whether Discord takes it as the link of a title."""
    if link is None or units(link) > LINK_MAX:
        return False
    parts = urlsplit(link)
    return parts.scheme in ("http", "https") and KNOWN_HOST.fullmatch(parts.hostname or "") is not None


def _waiting(target: str) -> str:
    """The address that answers when the message stands in the channel, not before."""
    parts = urlsplit(target)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "wait"]
    return parts._replace(query=urlencode([*query, ("wait", "true")])).geturl()


def _asked_pause(answer: Answer | None) -> float:
    """For how long a refusal asks us to wait, in its body."""
    if answer is None or answer.status != 429:
        return 0.0
    try:
        asked = json.loads(answer.body)["retry_after"]
        return bounded(float(asked))
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0.0
