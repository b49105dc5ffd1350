"""Why the journal takes nothing right now. All of them pass: the client should try again later.

JournalUnavailable
├── JournalFull    more is waiting to be loaded than `journal_bytes_max`
└── DiskFull       the disk has, or had at the last commit, too little space left
"""


class JournalUnavailable(Exception):
    """Nothing of this entry was recorded; the message says why."""


class JournalFull(JournalUnavailable):
    """More is waiting to be loaded than `journal_bytes_max`."""


class DiskFull(JournalUnavailable):
    """The disk has too little space left."""
