"""Do the journal and the store of a folder belong together, and is anything lost between them?

Three say how far the store is: the store itself (`loaded`), the journal (its consumer `store`: what it has forgotten),
and the note beside the journal (how far that went). A store that is behind what the journal has forgotten lacks events.
"""

from __future__ import annotations

from playtrace.journal.file import JournalPlace


def what_is_lost(place: JournalPlace, loaded: dict[str, int], *, is_running: bool = False) -> str | None:
    """In a sentence, with figures; None where they fit together. `loaded` is what the store says, by journal; of a
    server that runs, read after the journal.
    """
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
