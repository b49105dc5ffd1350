"""Events as lines of text, made by the store itself: nobody in Python looks at a value.

The text of all lines lies in one piece of memory, which is what is sent.
"""

from __future__ import annotations

from typing import LiteralString

import pyarrow as pa

from playtrace.csv_text import FORMULA, NUMBER
from playtrace.store.columns import COLUMNS

TIMES = ("time", "client_time", "received_at")
NUMBERS = ("seq", "mono_ms", "x", "y", "z", "value")
NAMES: dict[LiteralString, LiteralString] = {"map_id": "map"}
"""Where it is told under another name."""
EXPORTED: tuple[LiteralString, ...] = tuple(name for name in COLUMNS if name not in ("journal_offset", "position"))


def name_of(column: LiteralString) -> LiteralString:
    """The name under which a column is told."""
    return NAMES.get(column, column)


def _rfc_3339(column: LiteralString) -> LiteralString:
    return "replace(" + column + "::VARCHAR, ' ', 'T') || 'Z'"


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _json_value(column: LiteralString) -> LiteralString:
    if column in TIMES:
        return "'\"' || " + _rfc_3339(column) + " || '\"'"
    if column == "props":
        return "props::JSON::VARCHAR"
    if column in ("x", "y", "z", "value"):
        # JSON has no number for what is not finite.
        return "CASE WHEN isfinite(" + column + ") THEN to_json(" + column + ")::VARCHAR END"
    return "to_json(" + column + ")::VARCHAR"


def _json_members(columns: tuple[LiteralString, ...]) -> LiteralString:
    """Each with a comma behind it, or nothing where the event has none."""
    text: LiteralString = "''"
    for column in columns:
        member: LiteralString = "'\"" + name_of(column) + "\":' || " + _json_value(column) + " || ','"
        if column == "client_time":
            # Said where it is another than the time that counts.
            member = "CASE WHEN client_time IS DISTINCT FROM time THEN " + member + " END"
        text += " || coalesce(" + member + ", '')"
    return text


JSON_LINE: LiteralString = "'{' || rtrim(" + _json_members(EXPORTED) + ", ',') || '}' || chr(10) AS line\n"
"""An object that leaves out what the event does not have."""

# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────────────────

MARKS: dict[str, object] = {"formula": f"^({FORMULA.pattern})", "number": f"^({NUMBER.pattern})$"}
"""Parameters of `CSV_LINE` and `UE_LINE`: no text is a formula, by the rule of `csv_text`."""


def _csv_cell(column: LiteralString) -> LiteralString:
    if column in TIMES:
        cell = _rfc_3339(column)
    elif column in NUMBERS or column == "event_id":
        cell = column + "::VARCHAR"
    else:
        value = "props::JSON::VARCHAR" if column == "props" else column
        is_formula = "regexp_matches(" + value + ", $formula) AND NOT regexp_matches(" + value + ", $number)"
        mark = "CASE WHEN " + is_formula + " THEN '''' ELSE '' END"
        cell = "'\"' || " + mark + " || replace(" + value + ", '\"', '\"\"') || '\"'"
    return "coalesce(" + cell + ", '')"


def _csv_line(columns: tuple[LiteralString, ...]) -> LiteralString:
    return " || ',' || ".join([_csv_cell(column) for column in columns]) + " || chr(13) || chr(10) AS line\n"


CSV_LINE: LiteralString = _csv_line(EXPORTED)
CSV_HEADING = ",".join(name_of(column) for column in EXPORTED) + "\r\n"
UE_LINE: LiteralString = _csv_line(("time", "name", "player_id", "session_id", "props"))
UE_HEADING = "Timestamp,Event,UserID,SessionID,Properties\r\n"


def text_of(lines: pa.Table) -> bytes:
    """All lines of a slice, as they are."""
    return b"".join(_text_of_chunk(chunk) for chunk in lines.column("line").chunks)


def _text_of_chunk(chunk: pa.StringArray) -> memoryview:
    """They lie one behind the other already."""
    _, borders, text = chunk.buffers()
    if text is None:
        return memoryview(b"")
    offsets = memoryview(borders).cast("i")
    return memoryview(text)[offsets[chunk.offset] : offsets[chunk.offset + len(chunk)]]
