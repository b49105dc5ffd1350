"""What a validator said, in the words that it was written in."""

from __future__ import annotations


def in_its_words(message: str) -> str:
    """A message of pydantic's, without what it puts before the text of a `ValueError`."""
    return message.removeprefix("Value error, ")
