"""Folders inside of a data folder that are there while something is made, and stay when that is cut."""

from __future__ import annotations

BACKUP = "backup.unfinished"
"""Has copies of what changes while a backup is made."""
RESTORE = "restore.unfinished"
"""Has all that is restored, until all of it is there."""
