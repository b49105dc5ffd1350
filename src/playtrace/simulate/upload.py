"""A generated history into a server, as fast as it takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

from playtrace.event import Event
from playtrace.simulate.delivery import RETRY_SECONDS_MAX, Delivery, DeliveryReport

ReportProgress = Callable[[DeliveryReport], None]
"""Called after each answer with what the server has said so far."""


async def upload(
    batches: Iterable[list[Event]],
    server: str,
    key: str | None = None,
    *,
    requests_at_once: int = 4,
    retry_seconds_max: float = RETRY_SECONDS_MAX,
    on_progress: ReportProgress | None = None,
) -> DeliveryReport:
    """Sends each batch as one request to `server` (`http://host:port`), several at a time.

    Batches are drawn from the iterable one after the other, in a thread, when there is room for them: memory
    stays bounded. Raises `DeliveryError`; what was accepted until then is stored, and sending the same
    history again stores the rest only, because its event ids are the same.
    """
    async with Delivery(server, key, connections=requests_at_once, retry_seconds_max=retry_seconds_max) as delivery:
        iterator = iter(batches)
        turn = asyncio.Lock()

        def draw() -> tuple[int, bytes] | None:
            return _encoded(iterator, delivery)

        async def work() -> None:
            while True:
                async with turn:
                    drawn = await asyncio.to_thread(draw)
                if drawn is None:
                    return
                events, body = drawn
                await delivery.send_events(body, events)
                if on_progress is not None:
                    on_progress(delivery.report)

        await all_or_first_error([asyncio.create_task(work()) for _ in range(requests_at_once)])
    return delivery.report


def _encoded(batches: Iterator[list[Event]], delivery: Delivery) -> tuple[int, bytes] | None:
    batch = next(batches, None)
    return None if batch is None else (len(batch), delivery.encode_events(batch))


async def all_or_first_error(tasks: list[asyncio.Task[None]]) -> None:
    """Waits for all; the first error ends the others and is raised."""
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
