"""NDJSON: a JSON object a line (https://github.com/ndjson/ndjson-spec). Empty lines are passed over."""

from __future__ import annotations

from typing import IO, Any

import msgspec

from playtrace.imports.lines import TOO_LONG, lines_of
from playtrace.imports.rows import Row, Rows, unreadable

_object = msgspec.json.Decoder(dict[str, Any])


def read(stream: IO[bytes]) -> Rows:
    for number, (line, is_whole) in enumerate(lines_of(stream)):
        if number == 0:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        if not is_whole:
            yield unreadable(f"The line is {TOO_LONG}.", line)
            continue
        try:
            yield Row(_object.decode(line))
        except msgspec.ValidationError:
            yield unreadable("The line is JSON, but no object.", line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield unreadable(f"The line is not JSON: {error}.", line)
