"""A JSON array of objects, one element after the other: the file may be larger than the memory."""

from __future__ import annotations

import codecs
import json
from typing import IO, Any, cast

from playtrace.imports.errors import FileUnreadable
from playtrace.imports.rows import ROW_BYTES_MAX, Row, Rows, unreadable

READ_BYTES = 1024 * 1024
SPACE = " \t\r\n"


class _Text:
    """The text that is not worked on yet."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self.text = ""
        self.at = 0
        self.is_over = False

    def more(self) -> None:
        piece = self._stream.read(READ_BYTES)
        self.is_over = not piece
        self.text = self.text[self.at :] + self._decoder.decode(piece, final=self.is_over)
        self.at = 0

    def next_sign(self) -> str:
        """The next character that is no space, which is not passed; empty at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in SPACE:
                self.at += 1
            if self.at < len(self.text) or self.is_over:
                return self.text[self.at : self.at + 1]
            self.more()


def read(stream: IO[bytes]) -> Rows:
    """Raises `FileUnreadable` where it is no JSON: there is no telling where the next element would begin."""
    decoder = json.JSONDecoder()
    text = _Text(stream)
    if text.next_sign() != "[":
        raise FileUnreadable("It does not begin with [, as a JSON array does.")
    text.at += 1
    number = 0
    if text.next_sign() == "]":
        return
    while True:
        number += 1
        text.next_sign()
        yield _row(_element(decoder, text, number))
        sign = text.next_sign()
        text.at += 1
        if sign == "]":
            return
        if sign != ",":
            what = "ends in the middle of the array" if sign == "" else f"has {sign!r} where , or ] is expected"
            raise FileUnreadable(f"It {what}, behind element {number:,}.")


def _element(decoder: json.JSONDecoder, text: _Text, number: int) -> object:
    while True:
        try:
            element, end = decoder.raw_decode(text.text, text.at)
            # What ends with the text may go on: a number, say.
            if end < len(text.text) or text.is_over:
                text.at = end
                return element
        except (ValueError, RecursionError) as error:
            if text.is_over:
                raise FileUnreadable(f"It ends, or is not JSON, in element {number:,}: {error}.") from error
            if len(text.text) - text.at > ROW_BYTES_MAX + READ_BYTES:
                raise FileUnreadable(
                    f"Element {number:,} is not JSON, or longer than {ROW_BYTES_MAX:,} bytes: {error}."
                ) from error
        text.more()


def _row(element: object) -> Row:
    if not isinstance(element, dict):
        return unreadable("The element is no object.", json.dumps(element)[:1000])
    return Row(cast("dict[str, Any]", element))
