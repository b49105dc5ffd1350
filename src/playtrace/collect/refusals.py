"""Refusing events of a request: the first ones in words, the rest counted.

What is told of a refused event costs more than taking it would: a request of nothing but wrong events must not be worth
more to its sender than one of good ones.
"""

from __future__ import annotations

from collections.abc import Callable

from playtrace.event import EVENT_BYTES_MAX, Batch, Refusal, RefusalReason

LISTED_MAX = 100
"""Refused events of one request that are told with their index and what is wrong."""
SAMPLES_MAX = 20
"""Of these the first ones are kept as they were sent, to be shown under data health."""

RAW_EVENT_BYTES_MAX = 8 * EVENT_BYTES_MAX
"""An event whose JSON is longer as it came is too large whatever it holds: escapes are six times what they stand for.
It is not looked into."""
TOO_LARGE_TEXT = f"An event has at most {EVENT_BYTES_MAX} bytes of JSON."


def note_refused(
    batch: Batch,
    index: int,
    reason: RefusalReason,
    *,
    error: Callable[[], str],
    sample: Callable[[], str],
    game_id: str | None,
) -> None:
    """Note a refused event of the batch. `error` and `sample` are asked only if they will be told.

    `index` is its place in the request.
    """
    listed = len(batch.refusals)
    if listed < LISTED_MAX:
        shown = sample() if listed < SAMPLES_MAX else ""
        batch.refusals.append(Refusal(index, reason, error(), shown, game_id))
    else:
        key = (reason, game_id)
        batch.further_refused[key] = batch.further_refused.get(key, 0) + 1


def settle_games(batch: Batch, settled: Callable[[str | None], str | None]) -> None:
    """Refusals go into the books of the game that `settled` says, given the one that the event claimed."""
    batch.refusals = [
        refusal
        if (game_id := settled(refusal.game_id)) == refusal.game_id
        else Refusal(refusal.index, refusal.reason, refusal.error, refusal.sample, game_id)
        for refusal in batch.refusals
    ]
    further: dict[tuple[RefusalReason, str | None], int] = {}
    for (reason, game_id), events in batch.further_refused.items():
        key = (reason, settled(game_id))
        further[key] = further.get(key, 0) + events
    batch.further_refused = further
