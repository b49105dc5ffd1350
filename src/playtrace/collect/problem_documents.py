"""Refusals of our own API: problem documents (RFC 9457)."""

from __future__ import annotations

from playtrace.collect.request import Reply
from playtrace.problems import MEDIA_TYPE, Problem


def problem(error: Problem) -> Reply:
    headers = [(name.encode(), value.encode()) for name, value in error.headers.items()]
    return Reply(error.status, error.body(), MEDIA_TYPE.encode(), headers)
