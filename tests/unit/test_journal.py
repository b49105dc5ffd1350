"""What the journal promises: what was acknowledged comes back once, in order, whatever happens in between."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from playtrace.config import MEBIBYTE, Settings
from playtrace.journal.entry import Entry, Recorded
from playtrace.journal.errors import DamagedRow, DiskFull, JournalFull
from playtrace.journal.rows import SIZES
from playtrace.journal.sqlite import Journal

DEADLINE_S = 120.0
Open = Callable[..., Journal]


@pytest.fixture
def open_journal(tmp_path: Path) -> Iterator[Open]:
    """Opens the journal of this test; every one is closed after it."""
    journals: list[Journal] = []

    def open_(**settings: int) -> Journal:
        journal = Journal.open(
            tmp_path / "journal.sqlite", Settings(**{"data": tmp_path, "disk_free_bytes_min": 0, **settings})
        )
        journals.append(journal)
        return journal

    try:
        yield open_
    finally:
        for journal in journals:
            journal.close()


def entry(number: int, body_bytes: int = 0, events: int = 1) -> Entry:
    noise = random.Random(number).randbytes(body_bytes)  # what does not compress takes the room it says
    return Entry(b"header %d" % number, events, b"body %d" % number + noise)


def events_alike(number: int, events: int = 100) -> Entry:
    """As many events of one game as a request often has: they compress."""
    lines = [
        b'{"name":"position","game_id":"arena","player_id":"p-%d","seq":%d,"map":"arena","x":%d.5}\n'
        % (number % 7, i, i * number % 97)
        for i in range(events)
    ]
    return Entry(b'[1,"events","arena",null,null,null,[]]', events, b"".join(lines))


async def append_all(journal: Journal, entries: list[Entry]) -> list[int]:
    return await asyncio.gather(*[journal.append(one) for one in entries])


def append(journal: Journal, *entries: Entry) -> list[int]:
    return asyncio.run(append_all(journal, list(entries)))


def append_as_one_row(journal: Journal, connection: sqlite3.Connection) -> int:
    """Two entries. They share a row unless the thread that writes took the first one alone: then two others may.
    Returns the offset of the second."""
    while True:
        _, last = append(journal, events_alike(2), events_alike(3))
        (bytes_,) = connection.execute("SELECT length(sizes) FROM entries WHERE last_offset = ?", [last]).fetchone()
        if bytes_ == 2 * SIZES.size:
            return last


def forget(journal: Journal, offset: int) -> None:
    """What its only consumer says when it needs nothing more of it."""
    journal.add_consumer("store")
    journal.consumed("store", offset)


def read_all(journal: Journal, after: int = 0) -> list[Recorded]:
    return journal.read(after, events_max=10**9, bytes_max=10**9)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


def test_what_was_appended_comes_back_in_order(open_journal: Open):
    journal = open_journal()
    entries = [entry(number) for number in range(300)]
    offsets = append(journal, *entries)
    assert offsets == list(range(1, 301))
    assert journal.head == 300
    expected = [Recorded(offset, e.header, e.events, e.body) for offset, e in zip(offsets, entries, strict=True)]
    assert read_all(journal) == expected
    assert read_all(journal, after=299) == expected[299:]
    assert read_all(journal, after=300) == []


def test_it_is_all_there_after_reopening(open_journal: Open):
    first = open_journal()
    append(first, *map(entry, range(5)))
    first.close()
    second = open_journal()
    assert second.journal_id == first.journal_id
    assert second.head == 5
    assert [recorded.body for recorded in read_all(second)] == [b"body %d" % number for number in range(5)]


def test_what_still_waits_when_it_is_closed_is_written(open_journal: Open):
    async def append_and_close() -> list[int]:
        futures = [journal.append(entry(number)) for number in range(50)]
        journal.close()
        return await asyncio.gather(*futures)

    journal = open_journal()
    assert asyncio.run(append_and_close()) == list(range(1, 51))
    assert len(read_all(open_journal())) == 50


def test_a_read_ends_at_its_limits_and_always_gets_one(open_journal: Open):
    journal = open_journal()
    append(journal, *[entry(number, body_bytes=1000, events=10) for number in range(20)])
    assert len(journal.read(0, events_max=1, bytes_max=1)) == 1
    assert len(journal.read(0, events_max=25, bytes_max=10**9)) == 3
    assert len(journal.read(0, events_max=10**9, bytes_max=2500)) == 3


def test_events_that_are_alike_take_a_fraction_of_their_room(open_journal: Open, tmp_path: Path):
    journal = open_journal()
    entries = [events_alike(number) for number in range(500)]
    append(journal, *entries)
    assert [(recorded.header, recorded.body) for recorded in read_all(journal)] == [(e.header, e.body) for e in entries]
    journal.close()
    assert (tmp_path / "journal.sqlite").stat().st_size < sum(len(e.body) for e in entries) / 5


OLDER_SCHEMA = """
CREATE TABLE identity (journal_id TEXT NOT NULL);
CREATE TABLE entries (
    last_offset INTEGER PRIMARY KEY AUTOINCREMENT, events INTEGER NOT NULL, bytes INTEGER NOT NULL,
    sizes BLOB NOT NULL, headers BLOB NOT NULL, bodies BLOB NOT NULL
);
"""
"""Of before rows were compressed and had a checksum."""


def test_a_journal_of_before_is_read(open_journal: Open, tmp_path: Path):
    older, newer = [events_alike(number) for number in range(3)], events_alike(3)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as connection:
        connection.executescript(OLDER_SCHEMA)
        connection.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)",
            [
                3,
                300,
                sum(len(e.body) for e in older),
                b"".join(struct.pack("<III", len(e.header), e.events, len(e.body)) for e in older),
                b"".join(e.header for e in older),
                b"".join(e.body for e in older),
            ],
        )
    journal = open_journal()
    assert append(journal, newer) == [4]
    assert [recorded.body for recorded in read_all(journal)] == [e.body for e in [*older, newer]]
    assert journal.waiting_events(2) == 200


@pytest.mark.parametrize("part", ["sizes", "headers", "bodies"])
def test_what_is_damaged_is_set_aside(open_journal: Open, tmp_path: Path, part: str):
    journal = open_journal()
    for number in range(3):
        append(journal, events_alike(2 * number), events_alike(2 * number + 1))  # a row of two
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as connection:
        (kept,) = connection.execute(f"SELECT {part} FROM entries WHERE last_offset = 4").fetchone()
        changed = bytes([*kept[:-2], kept[-2] ^ 1, kept[-1]])
        connection.execute(f"UPDATE entries SET {part} = ? WHERE last_offset = 4", [changed])

    assert [recorded.offset for recorded in read_all(journal)] == [1, 2]
    with pytest.raises(DamagedRow, match="offset 4") as damaged:
        read_all(journal, after=2)
    assert journal.oldest_us(2) is None
    assert (journal.waiting_events(2), journal.damaged_events) == (400, 0)

    assert journal.set_aside(damaged.value) == 200
    assert [recorded.offset for recorded in read_all(journal, after=2)] == [5, 6]
    assert (journal.waiting_events(2), journal.damaged_events) == (200, 200)
    journal.close()
    assert open_journal().damaged_events == 200
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection:
        assert connection.execute(f"SELECT last_offset, {part} FROM damaged").fetchall() == [(4, changed)]


@pytest.mark.parametrize(
    "damage",
    [
        "headers = CAST(headers AS TEXT)",
        "bodies = 'text'",
        "sizes = 5",
        "bodies = 1.5",
        "sizes = X'0102'",
        "last_offset = last_offset + 1048576",
        "last_offset = last_offset - 1",
        "bytes = 9223372036854775807, bodies = X'00'",
        "events = 'many', bodies = X'00'",
    ],
)
def test_what_is_damaged_in_another_way_is_set_aside_too(open_journal: Open, tmp_path: Path, damage: str):
    journal = open_journal()
    append(journal, events_alike(0), events_alike(1))
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as connection:
        last = append_as_one_row(journal, connection)
        connection.execute(f"UPDATE entries SET {damage} WHERE last_offset = ?", [last])
    before = last - 2
    with pytest.raises(DamagedRow) as damaged:
        read_all(journal, after=before)
    assert journal.oldest_us(before) is None
    assert journal.waiting_events(before) >= 0
    journal.set_aside(damaged.value)
    assert journal.damaged_events > 0
    assert append(journal, events_alike(4)) == [last + 1]
    assert [recorded.offset for recorded in read_all(journal, after=before)] == [last + 1]
    forget(journal, before)
    append(journal, events_alike(5))
    assert [recorded.offset for recorded in read_all(journal)] == [last + 1, last + 2]


def test_a_journal_that_forgot_how_far_it_was_goes_on_behind(open_journal: Open, tmp_path: Path):
    first = open_journal()
    append(first, *map(entry, range(5)))
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 1")
    assert append(first, entry(5)) == [6]
    first.close()
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as connection:
        connection.execute("DELETE FROM entries")
        connection.execute("DELETE FROM sqlite_sequence")
    second = open_journal()
    second.go_on_behind(6)
    assert append(second, entry(6)) == [7]
    assert second.head == 7


def test_reading_goes_on_inside_a_row(open_journal: Open):
    """Entries of one group share rows; a read that ends between two of them loses and repeats none."""
    journal = open_journal()
    append(journal, *[entry(number, body_bytes=1000 * (number % 3), events=number % 4) for number in range(50)])
    whole = read_all(journal)
    found: list[Recorded] = []
    while some := journal.read(found[-1].offset if found else 0, events_max=2, bytes_max=10**9):
        found += some
    assert found == whole
    assert [recorded.offset for recorded in whole] == list(range(1, 51))


def test_trimming_inside_a_row_keeps_what_is_behind(open_journal: Open):
    journal = open_journal()
    append(journal, *map(entry, range(10)))
    forget(journal, 4)
    append(journal, entry(10))  # the commit that trims
    assert [recorded.offset for recorded in journal.read(4, events_max=100, bytes_max=10**9)] == list(range(5, 12))
    assert journal.waiting_events(4) == 7


def test_headers_count_for_the_size_of_a_read_too(open_journal: Open):
    """An entry of refused events alone has its bytes in the header."""
    journal = open_journal()
    append(journal, *[Entry(b"h" * 1000, 0, b"") for _ in range(20)])
    assert len(journal.read(0, events_max=100, bytes_max=2500)) == 3


def test_offsets_are_never_used_again(open_journal: Open):
    journal = open_journal()
    append(journal, entry(1), entry(2), entry(3))
    forget(journal, 3)
    wait_until(lambda: not read_all(journal))
    assert append(journal, entry(4)) == [4]
    forget(journal, 4)
    wait_until(lambda: not read_all(journal))
    journal.close()
    reopened = open_journal()
    assert reopened.head == 4
    assert append(reopened, entry(5)) == [5]
    assert [recorded.offset for recorded in read_all(reopened)] == [5]


def test_trimming_takes_what_is_old_and_no_more(open_journal: Open):
    journal = open_journal()
    # More than one commit trims, so that it is seen to go on with nothing else to do.
    append(journal, *[entry(number, body_bytes=4 * MEBIBYTE) for number in range(10)])
    forget(journal, 7)
    wait_until(lambda: len(read_all(journal)) == 3)
    assert [recorded.offset for recorded in read_all(journal)] == [8, 9, 10]
    assert journal.waiting_events(8) == 2


def test_it_keeps_what_any_of_its_consumers_needs(open_journal: Open):
    journal = open_journal()
    assert [journal.add_consumer(name) for name in ("store", "mirror")] == [0, 0]
    append(journal, entry(1), entry(2))
    append(journal, entry(3), entry(4))
    journal.consumed("store", 4)
    append(journal, entry(5))
    assert [recorded.offset for recorded in read_all(journal)] == [1, 2, 3, 4, 5]
    journal.consumed("mirror", 2)
    wait_until(lambda: [recorded.offset for recorded in read_all(journal)] == [3, 4, 5])
    # It never goes back, and is remembered.
    journal.consumed("mirror", 1)
    append(journal, entry(6))
    journal.close()
    reopened = open_journal()
    assert [reopened.add_consumer(name) for name in ("store", "mirror", "lake")] == [4, 2, 0]
    reopened.consumed("mirror", 6)
    reopened.consumed("store", 6)
    append(reopened, entry(7))
    assert [recorded.offset for recorded in read_all(reopened)] == [3, 4, 5, 6, 7]
    assert reopened.bytes_up_to(4) < reopened.bytes_up_to(6)
    reopened.consumed("lake", 6)
    wait_until(lambda: [recorded.offset for recorded in read_all(reopened)] == [7])


def test_without_a_consumer_nothing_is_forgotten(open_journal: Open):
    journal = open_journal()
    append(journal, entry(1))
    journal.consumed("nobody", 1)
    append(journal, entry(2))
    assert [recorded.offset for recorded in read_all(journal)] == [1, 2]


def test_trimming_gives_the_space_back_to_entries(open_journal: Open, tmp_path: Path):
    journal = open_journal()
    for round_ in range(6):
        offsets = append(journal, *[entry(number, body_bytes=256 * 1024) for number in range(8)])
        forget(journal, offsets[-1])
        wait_until(lambda: not read_all(journal))
        if round_ == 0:
            size = (tmp_path / "journal.sqlite").stat().st_size
    assert (tmp_path / "journal.sqlite").stat().st_size <= 2 * max(size, 3 * MEBIBYTE)


def test_what_is_waiting(open_journal: Open):
    journal = open_journal()
    assert journal.oldest_us(0) is None
    assert journal.waiting_events(0) == 0
    append(journal, Entry(b'[5,"s",null,null,null,null,[]]', 3, b""), Entry(b'[9,"s",null,null,null,null,[]]', 4, b""))
    assert journal.waiting_events(0) == 7
    assert journal.waiting_events(1) == 4
    assert (journal.oldest_us(0), journal.oldest_us(1), journal.oldest_us(2)) == (5, 9, None)


def test_full_it_refuses_until_it_was_trimmed(open_journal: Open):
    journal = open_journal(journal_bytes_max=MEBIBYTE)

    def fill() -> None:
        # Its size is looked at twice a second: it grows beyond the limit by what comes meanwhile.
        for number in range(2000):
            append(journal, entry(number, body_bytes=256 * 1024))

    with pytest.raises(JournalFull, match="journal_bytes_max"):
        fill()
    refused_at = len(read_all(journal))
    with pytest.raises(JournalFull):
        append(journal, entry(0))
    assert len(read_all(journal)) == refused_at
    forget(journal, journal.head)
    wait_until(lambda: journal.refusing is None)
    assert append(journal, entry(0)) == [refused_at + 1]


def test_without_enough_free_disk_it_refuses(open_journal: Open, tmp_path: Path):
    journal = open_journal(disk_free_bytes_min=shutil.disk_usage(tmp_path).total)
    assert isinstance(journal.refusing, DiskFull)
    with pytest.raises(DiskFull, match="disk_free_bytes_min"):
        append(journal, entry(1))
    assert read_all(journal) == []


def test_a_commit_that_fails_tells_everybody_who_waited(open_journal: Open, tmp_path: Path):
    journal = open_journal()
    journal._writer.execute("PRAGMA max_page_count = 8")  # SQLite's own way to be full

    async def overfill() -> list[int | BaseException]:
        futures = [journal.append(entry(number, body_bytes=100_000)) for number in range(4)]
        return await asyncio.gather(*futures, return_exceptions=True)

    outcomes = asyncio.run(overfill())
    assert any(isinstance(outcome, DiskFull) for outcome in outcomes)
    recorded = {outcome for outcome in outcomes if isinstance(outcome, int)}
    assert {found.offset for found in read_all(journal)} == recorded
    journal._writer.execute("PRAGMA max_page_count = 1000000")
    (offset,) = append(journal, entry(9))
    assert read_all(journal)[-1].offset == offset


def test_nobody_waits_any_more(open_journal: Open):
    async def append_and_leave() -> None:
        journal.append(entry(1)).cancel()

    journal = open_journal()
    asyncio.run(append_and_leave())
    wait_until(lambda: len(read_all(journal)) == 1)
    assert append(journal, entry(2)) == [2]


APPENDING = """
import asyncio, sys
from pathlib import Path
from playtrace.config import Settings
from playtrace.journal.entry import Entry
from playtrace.journal.sqlite import Journal

async def main():
    journal = Journal.open(Path(sys.argv[1]), Settings(disk_free_bytes_min=0))
    for group in range(20):
        entries = [Entry(sys.argv[2].encode(), 1, b"%d" % (group * 5 + i)) for i in range(5)]
        print(*await asyncio.gather(*map(journal.append, entries)), flush=True)
    journal.close()

asyncio.run(main())
"""


def test_two_processes_append_to_one_journal(open_journal: Open, tmp_path: Path):
    journal = open_journal()
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-c", APPENDING, str(journal.path), name], stdout=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    }
    acknowledged: dict[str, list[int]] = {}
    for name, process in processes.items():
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        acknowledged[name] = [int(offset) for offset in output.split()]
    found = read_all(journal)
    assert [recorded.offset for recorded in found] == list(range(1, 201))
    for name, offsets in acknowledged.items():
        own = [recorded for recorded in found if recorded.header == name.encode()]
        assert [recorded.offset for recorded in own] == offsets
        assert [recorded.body for recorded in own] == [b"%d" % number for number in range(100)]


# ── torn writes ──────────────────────────────────────────────────────────────────────────────────────────


def copy_of(path: Path, folder: Path) -> Path:
    """The files of a journal as they are now, as a crash would leave them."""
    folder.mkdir()
    for file in (path, path.with_name(path.name + "-wal")):
        if file.exists():
            shutil.copy(file, folder / file.name)
    return folder / path.name


def test_a_torn_write_costs_only_what_was_not_promised(tmp_path: Path):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    settings = Settings(data=tmp_path, disk_free_bytes_min=0)
    journal = Journal.open(tmp_path / "journal.sqlite", settings)
    wal = journal.path.with_name(journal.path.name + "-wal")
    promised: list[tuple[int, int]] = []
    """Length of the log after each acknowledgement, and how many entries it promised."""
    try:
        bodies: list[bytes] = []
        while len(bodies) < 120:
            group = [
                entry(len(bodies) + i, body_bytes=dice.choice([0, 50, 3000, 40_000])) for i in range(dice.randint(1, 6))
            ]
            append(journal, *group)
            bodies += [one.body for one in group]
            promised.append((wal.stat().st_size, len(bodies)))
        # SQLite begins the log anew when it was copied into the file: what counts is the last time.
        crashed = copy_of(journal.path, tmp_path / "crashed")
    finally:
        journal.close()
    log = crashed.with_name(wal.name)
    whole = log.read_bytes()
    cuts = [len(whole), 0, *(dice.randrange(len(whole)) for _ in range(25))]
    for number, cut in enumerate(cuts):
        torn = copy_of(crashed, tmp_path / f"torn{number}")
        torn.with_name(wal.name).write_bytes(whole[:cut])
        if number % 3 == 2:
            # A page of the disk that was never written holds anything.
            with torn.with_name(wal.name).open("ab") as tail:
                tail.write(dice.randbytes(dice.randrange(1, 30_000)))
        reopened = Journal.open(torn, settings)
        try:
            found = read_all(reopened)
            assert [recorded.offset for recorded in found] == list(range(1, len(found) + 1))
            assert [recorded.body for recorded in found] == bodies[: len(found)]
            assert len(found) >= max((count for size, count in promised if size <= cut), default=0)
            if cut == len(whole):
                assert len(found) == len(bodies)
            # It goes on behind what is there.
            assert append(reopened, entry(0)) == [len(found) + 1]
        finally:
            reopened.close()


def test_a_database_of_somebody_else_is_not_taken_for_a_journal(tmp_path: Path):
    (tmp_path / "journal.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Journal.open(tmp_path / "journal.sqlite", Settings(data=tmp_path))
