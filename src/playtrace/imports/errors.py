"""What can be wrong with an import as a whole; a row that is no event is refused, and the others are taken."""


class ImportFailed(Exception):
    """It cannot begin or go on; the message is a sentence for people."""


class FileUnreadable(ImportFailed):
    """A file is not what it seems, or ends in the middle. The rows before were read."""
