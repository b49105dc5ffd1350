"""One exposition at a time, and each kept for a moment: however many ask, the server has little to do for them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from fastapi.concurrency import run_in_threadpool

if TYPE_CHECKING:
    # The state has the scrapes.
    from playtrace.api.state import State

KEPT_S = 1.0


class Scrapes:
    """Of one event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._kept: dict[bool, tuple[float, bytes, str]] = {}
        """By whether it is OpenMetrics: when it was made, and what it is."""

    async def answer(self, state: State, accept: str) -> tuple[bytes, str]:
        """The text, and its media type."""
        # Here, as it takes a tenth of a second, and not every server is watched.
        from playtrace.api.scrape.exposition import exposition

        form = "openmetrics" in accept
        async with self._turn:
            kept = self._kept.get(form)
            if kept is None or time.monotonic() - kept[0] > KEPT_S:
                kept = time.monotonic(), *await run_in_threadpool(exposition, state, accept)
                self._kept[form] = kept
        return kept[1:]
