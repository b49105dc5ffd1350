"""Do the journal and the store of a folder belong together, and is anything lost between them?

Four say how far the store is: the store itself (`loaded`), the journal (its consumer `store`: what it has forgotten),
the note beside the journal (how far that went), and the registry (how far the store's file was). A store that is behind
what the journal has forgotten, or behind what the registry remembers, lacks events.
"""

from __future__ import annotations

from playtrace.journal.file import JournalPlace
from playtrace.registry.store_place import StorePlace


def what_is_lost(
    place: JournalPlace,
    loaded: dict[str, int],
    remembered: StorePlace | None = None,
    *,
    is_running: bool = False,
) -> str | None:
    """In a sentence, with figures; None where they fit together. `loaded` is what the store says, by journal; of a
    server that runs, read after the journal. `remembered` is what the registry says.
    """
    return _between_journal_and_store(place, loaded, is_running=is_running) or (
        None if remembered is None else _behind_what_is_remembered(place, loaded, remembered)
    )


def _behind_what_is_remembered(place: JournalPlace, loaded: dict[str, int], remembered: StorePlace) -> str | None:
    at = loaded.get(remembered.journal_id, 0)
    if place.journal_id == remembered.journal_id:
        at = max(at, place.head)  # what waits there is no loss, and what lacks in it was told
    if at >= remembered.journal_offset:
        return None
    return (
        f"Both are older than the registry: that remembers that the store had all up to request"
        f" {remembered.journal_offset:,} on {remembered.noted_at:%Y-%m-%d %H:%M} UTC, and these go up to {at:,}."
        f" {remembered.journal_offset - at:,} requests are lost, unless later ones are put back: they are an older"
        " copy, or new. A start counts them, and goes on"
    )


def _between_journal_and_store(place: JournalPlace, loaded: dict[str, int], *, is_running: bool) -> str | None:
    largest = max(loaded.values(), default=0)
    if place.journal_id not in loaded:
        if not loaded or (place.head == largest and place.first is None):
            return None  # nothing was ever loaded; or it was restored, and goes on behind the one before
        return (
            f"The journal is not the one that the store was loaded from ({place.journal_id}, of which the store knows"
            f" nothing; it knows {', '.join(loaded)}): one of the two is another server's, or is new. What was"
            " acknowledged and not loaded is in the journal that belongs here: put that back. A start takes this one"
        )
    at = loaded[place.journal_id]
    if at < place.forgotten:
        return (
            f"The store is behind what the journal has forgotten: it was loaded up to request {at:,}, and the journal"
            f" was told that its file has all up to {place.forgotten:,}. {place.forgotten - at:,} requests are lost,"
            " unless a later store.duckdb is put back: it is an older one, or lost its end. A start counts them, and"
            " goes on"
        )
    if place.first is not None and place.first > at + 1:
        return (
            f"The journal lacks requests {at + 1:,} to {place.first - 1:,}, which the store does not have: they are"
            " lost. A start counts them, and goes on"
        )
    if place.first is None and place.head > at:
        return (
            f"The journal is empty, and gave out offsets up to {place.head:,}; the store has those up to {at:,}:"
            f" {place.head - at:,} requests are lost. A start counts them, and goes on"
        )
    if at > place.head and not is_running:
        return (
            f"The journal ends at offset {place.head:,}, and the store was loaded from it up to {at:,}: it was emptied,"
            " or is an older copy. What was acknowledged and not loaded when it was replaced is lost; a start goes on"
            " behind what the store has"
        )
    return None
