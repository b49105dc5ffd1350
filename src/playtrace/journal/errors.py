"""What can go wrong in the journal.

JournalUnavailable    it takes nothing right now, which passes: the client should try again later
├── JournalFull       more is waiting to be loaded than `journal_bytes_max`
├── DiskFull          the disk has, or had at the last commit, too little space left
├── Fenced            somebody else has the share that this journal is of
└── BrokerAway        the broker of `journal_url` does not answer, or did not a moment ago
JournalNewer          the file was written by a newer playtrace
DamagedRow            what comes back from the disk is not what was written
DamagedMessage        what comes from a broker is not what was sent there
"""


class JournalUnavailable(Exception):
    """Nothing of this entry was recorded; the message says why."""


class JournalFull(JournalUnavailable):
    """More is waiting to be loaded than `journal_bytes_max`."""


class DiskFull(JournalUnavailable):
    """The disk has too little space left."""


class BrokerAway(JournalUnavailable):
    """The broker does not answer, or did not a moment ago."""


class Fenced(JournalUnavailable):
    """The share belongs to somebody else by now. It never passes."""


class JournalNewer(ValueError):
    """The file was written by a newer playtrace than this one, which leaves it alone."""


class DamagedRow(Exception):
    """A row whose entries cannot be read: its bytes are not those that were written."""

    def __init__(self, last_offset: int, reason: str) -> None:
        super().__init__(f"The row of the journal that ends at offset {last_offset} is damaged: {reason}.")
        self.last_offset = last_offset
        self.reason = reason


class DamagedMessage(ValueError):
    """A message of a broker that holds no entries, or others than were sent. Nothing of it can be used."""
