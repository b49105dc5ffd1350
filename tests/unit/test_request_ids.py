"""The log names the id of the request that the client got."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import Any

import pytest
from fastapi import FastAPI

from playtrace.api import problem_documents
from playtrace.logs import JsonLines
from playtrace.serving.request_ids import RequestIds


def test_the_log_names_the_id_that_the_client_got() -> None:
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("playtrace.api")
    logger.addHandler(handler)
    sent: list[Any] = []
    app = FastAPI()
    problem_documents.install(app)

    @app.get("/api/broken")
    async def broken() -> None:
        raise AttributeError("a bug")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/api/broken", "raw_path": b"/api/broken", "query_string": b""}
    scope |= {"headers": [(b"x-request-id", b"ask-1")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}
    try:
        with pytest.raises(AttributeError, match="a bug"):
            asyncio.run(RequestIds(app)({**scope, "scheme": "http"}, receive, send))
    finally:
        logger.removeHandler(handler)
    line = json.loads(lines.getvalue())
    assert (line["message"], line["request_id"]) == ("a request failed", "ask-1")
    assert (sent[0]["status"], json.loads(sent[1]["body"])["requestId"]) == (500, "ask-1")
    assert (b"x-request-id", b"ask-1") in sent[0]["headers"]
