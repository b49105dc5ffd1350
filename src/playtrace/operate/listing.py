"""Which backups a place has, and what of it nobody needs any more."""

from __future__ import annotations

import datetime as dt

from playtrace.operate.manifest import BACKUPS, BackupDamaged, BackupNewer, Manifest, name_of, opened
from playtrace.operate.pieces import digests_of, pieces_there
from playtrace.operate.places import UNFINISHED, Place

LEFT_ALONE = dt.timedelta(days=1)
"""A piece that no backup needs stays so long: another one may be about to need it, also after it was cut off."""


def all_backups(place: Place) -> tuple[list[Manifest], list[str]]:
    """The finished ones, oldest first, and what is wrong with those that cannot be read. Raises `PlaceUnusable`."""
    found: list[Manifest] = []
    damaged: list[str] = []
    for stored in place.stored(BACKUPS):
        if stored.name.endswith(UNFINISHED):
            continue
        content = place.read(stored.name)
        try:
            if content is not None:
                found.append(opened(content, stored.name))
        except (BackupDamaged, BackupNewer) as error:
            damaged.append(str(error))
    return sorted(found, key=lambda manifest: (manifest.began_at, manifest.id)), damaged


def remove_what_nobody_needs(place: Place, keep: int, *, now: dt.datetime | None = None) -> None:
    """All backups but the newest `keep`, and the pieces that none of the rest needs.

    Where a manifest cannot be read nothing is removed: what it needs is not known. Raises `PlaceUnusable`.
    """
    found, damaged = all_backups(place)
    if damaged:
        return
    kept = found[-keep:]
    needed: set[bytes] = set()
    for manifest in kept:
        for file in manifest.files:
            needed.add(bytes.fromhex(file.index))
            try:
                needed.update(digests_of(place, file))
            except BackupDamaged:
                return
    for manifest in found[:-keep]:
        place.remove(name_of(manifest.id))
    before = (now or dt.datetime.now(dt.UTC)) - LEFT_ALONE
    for digest, stored in list(pieces_there(place)):
        if digest not in needed and stored.changed_at < before:
            place.remove(stored.name)
