"""The backups of a place: is every byte of them there, and as it was written?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from playtrace.operate.findings import Finding
from playtrace.operate.listing import all_backups
from playtrace.operate.manifest import BackupDamaged, Manifest, piece_name
from playtrace.operate.pieces import digests_of, read_piece
from playtrace.operate.places import Place

SHOWN_MAX = 5
OnPieces = Callable[[int, int], None]
"""How many pieces are read, of how many."""


def examine_place(place: Place, on_pieces: OnPieces) -> Iterator[Finding]:
    """Each piece is read once, however many backups need it. Raises `PlaceUnusable`."""
    found, damaged = all_backups(place)
    yield from (Finding("manifest", False, f"{text}. That backup is lost; the others are not") for text in damaged)
    if not found:
        yield Finding("backups", False, f"{place.address} has no finished backup that can be read")
        return
    wrong: dict[str, list[str]] = {manifest.id: [] for manifest in found}
    needed: dict[bytes, tuple[int, list[str]]] = {}
    for manifest in found:
        _list_pieces(place, manifest, needed, wrong[manifest.id])
    bad: dict[str, str] = {}
    with ThreadPoolExecutor(place.writers) as threads:
        parts = list(needed.items())
        for start in range(0, len(parts), 256):
            at_once = parts[start : start + 256]
            on_pieces(start, len(parts))
            for (digest, (_, backups)), problem in zip(
                at_once, threads.map(partial(_problem_of, place), at_once), strict=True
            ):
                if problem is not None:
                    bad[piece_name(digest)] = problem
                    for backup in backups:
                        wrong[backup].append(problem)
    whole = [manifest for manifest in found if not wrong[manifest.id]]
    for manifest in found:
        yield _judged(place, manifest, wrong[manifest.id], whole)
    if bad:
        names = ", ".join(sorted(bad)[:SHOWN_MAX]) + (
            f" and {len(bad) - SHOWN_MAX} more" if len(bad) > SHOWN_MAX else ""
        )
        yield Finding(
            "pieces",
            False,
            f"{len(bad)} of {len(needed):,} are missing or damaged: {names}. Delete those that are damaged: the next"
            " backup writes them again, where the store still has what they say. Look at the disk of this place",
        )
    else:
        yield Finding("pieces", True, f"{len(needed):,}, all read, and as they were written")


def _list_pieces(
    place: Place, manifest: Manifest, needed: dict[bytes, tuple[int, list[str]]], wrong: list[str]
) -> None:
    for file in manifest.files:
        try:
            digests = digests_of(place, file)
        except BackupDamaged as damaged:
            wrong.append(f"{damaged} (the list of the pieces of {file.name})")
            continue
        for digest, length in zip(digests, file.lengths(), strict=True):
            _, backups = needed.setdefault(digest, (length, []))
            if not backups or backups[-1] != manifest.id:
                backups.append(manifest.id)


def _problem_of(place: Place, part: tuple[bytes, tuple[int, list[str]]]) -> str | None:
    digest, (length, _) = part
    try:
        read_piece(place, digest, length)
    except BackupDamaged as damaged:
        return str(damaged)
    return None


def _judged(place: Place, manifest: Manifest, wrong: list[str], whole: list[Manifest]) -> Finding:
    what = f"backup {manifest.id}"
    said = f"as of {manifest.began_at:%Y-%m-%d %H:%M:%S} UTC, {manifest.events:,} events"
    if wrong:
        other = max(
            (one for one in whole if one.began_at < manifest.began_at), key=lambda one: one.began_at, default=None
        ) or (whole[-1] if whole else None)
        instead = (
            f"`playtrace restore {place.address} --backup {other.id} --data NEW` restores one that is whole"
            if other is not None
            else "none of this place is whole: make another backup now"
        )
        return Finding(what, False, f"{said}: cannot be restored, as {wrong[0]}; {instead}")
    if manifest.damaged_blocks:
        return Finding(
            what,
            False,
            f"{said}: as it was made, but {len(manifest.damaged_blocks)} blocks of its store were damaged then",
        )
    return Finding(what, True, f"{said}: whole")
