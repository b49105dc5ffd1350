"""Refusals of our own API: problem documents (RFC 9457)."""

from __future__ import annotations

from typing import Any

import msgspec

from playtrace.collect.errors import CollectError
from playtrace.collect.request import Reply

TYPE_BASE = "https://playtrace.dev/problems/"


def problem(error: CollectError) -> Reply:
    document: dict[str, Any] = {
        "type": TYPE_BASE + error.slug,
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
    }
    if error.refusals:
        document["accepted"] = 0
        document["rejected"] = [
            {"index": refusal.index, "reason": refusal.reason, "error": refusal.error} for refusal in error.refusals
        ]
        if error.not_listed:
            document["not_listed"] = error.not_listed
    headers: list[tuple[bytes, bytes]] = []
    if error.retry_after_s is not None:
        headers.append((b"retry-after", str(error.retry_after_s).encode()))
    if error.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    return Reply(error.status, msgspec.json.encode(document), b"application/problem+json", headers)
