"""`webhook`: a message as plain JSON, signed, for a program of the studio's own.

The signature is that of many services: HMAC-SHA256 with the channel's signing secret over the second at which it was
sent, a full stop, and the body (docs/alert-channels.md has a program that checks it). A receiver that refuses old
seconds is safe from messages that are sent again by others, and knows by `id` what we send again.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac

import msgspec

from playtrace.alerts.channels.sending import AtAddress, Destination, post
from playtrace.alerts.message import Message, plain_text
from playtrace.alerts.outgoing import Outgoing


class Webhook(AtAddress):
    def send(self, message: Message, destination: Destination, delivery_id: str, outgoing: Outgoing) -> float:
        body = body_of(message, delivery_id)
        headers = {"Content-Type": "application/json", "X-Playtrace-Delivery": delivery_id}
        if destination.signing_secret is not None:
            timestamp = str(int(dt.datetime.now(dt.UTC).timestamp()))
            headers["X-Playtrace-Timestamp"] = timestamp
            headers["X-Playtrace-Signature"] = f"v1={signature(destination.signing_secret, timestamp, body)}"
        post(outgoing, destination.target, body, headers)
        return 0.0


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """In hexadecimal digits."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def body_of(message: Message, delivery_id: str) -> bytes:
    picture = None if message.picture is None else base64.b64encode(message.picture).decode()
    return msgspec.json.encode(
        {
            "id": delivery_id,
            "kind": message.kind,
            "severity": message.severity,
            "title": message.title,
            "text": plain_text(message.text),
            "markdown": message.text,
            "fields": [{"name": field.name, "value": field.value} for field in message.fields],
            "link": message.link,
            "gameId": message.game_id,
            "incidentId": message.incident_id,
            "at": message.at,
            "picture": picture,
        }
    )
