r"""Half a surrogate pair in JSON text, `\ud83d`: JavaScript writes it where a text was cut in the middle of an emoji.

It would cost all events of the request, so it becomes U+FFFD. A few expressions that run through the bytes without
calling back: a body of nothing but escapes costs what its bytes cost.
"""

from __future__ import annotations

import re

BACKSLASH = rb"\\"
STAND_IN = b"\xff\xfe"
"""For an escaped backslash, of the same length; in no text that is UTF-8."""
HALF = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
WHOLE = rb"\\ufffd"
"""As a template of `re.sub`: `\\ufffd`."""


def with_whole_pairs(text: bytes) -> bytes:
    """The text with U+FFFD for each half of a pair. What is no UTF-8 may come back as it is."""
    if b"\\ud" not in text and b"\\uD" not in text:
        return text
    if BACKSLASH not in text:
        return HALF.sub(WHOLE, text)
    if STAND_IN in text:
        return text
    # Pairs of backslashes are taken from the left, as a reader of JSON does: what is left of `\u` begins an escape.
    return HALF.sub(WHOLE, text.replace(BACKSLASH, STAND_IN)).replace(STAND_IN, BACKSLASH)
