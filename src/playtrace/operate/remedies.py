"""What to do about what is damaged or lost: in the same words at the start, by health, and by those who examine."""

from __future__ import annotations

PUT_BACK_STORE = (
    "Put store.duckdb of a backup in its place (`playtrace restore` into a new folder has one), and start: what the"
    " journal still has is loaded into it"
)
PUT_BACK_REGISTRY = (
    "Put registry.sqlite of a backup in its place before the next start (`playtrace restore` into a new folder has one)"
)
SEE_LOSSES = "`playtrace losses` says which and why"


def of_damaged_store(damage: str) -> str:
    """`damage` says what of it cannot be read."""
    return (
        f"{damage.rstrip('.')}. `playtrace verify` says what can still be read. Look at the disk and the memory of this"
        " machine, and stop the server. Then p" + PUT_BACK_STORE[1:] + "."
    )


def of_lost_events(events: int) -> str:
    """`events` is how many at least."""
    return (
        f"At least {events:,} events that were acknowledged are lost, or could not be read back and were set aside:"
        f" {SEE_LOSSES}. Look at the disk and the memory of this machine."
    )
