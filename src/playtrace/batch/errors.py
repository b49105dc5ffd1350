"""What ends a batch run, with a sentence for a person."""

from __future__ import annotations


class BatchError(Exception):
    """It cannot run as it was asked to."""
