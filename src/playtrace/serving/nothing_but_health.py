"""What a server answers that answers no question: how it fares, and to all else why it does not."""

from __future__ import annotations

from collections.abc import Callable

from playtrace.asgi import Receive, Scope, Send
from playtrace.collect.app import send_reply
from playtrace.collect.problem_documents import problem
from playtrace.collect.request import Reply
from playtrace.problems import Problem


async def answer_otherwise(
    scope: Scope, receive: Receive, send: Send, health: Callable[[], Reply], otherwise: Problem
) -> None:
    """`GET /api/health`, and this problem to all else."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close"})
    elif scope["path"] == "/api/health" and scope["method"] in ("GET", "HEAD"):
        await send_reply(send, health())
    else:
        await send_reply(send, problem(otherwise))
