"""Arrays of PostgreSQL in its binary form, made of columns of Arrow: text would have to be written here and read there.

An array is the number of its dimensions, whether it has nulls, the type of its elements, its length and its first
index; then come the elements, each behind its length in bytes, which is -1 for null. All numbers are big-endian.
"""

from __future__ import annotations

import struct
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from psycopg.adapt import Dumper
from psycopg.pq import Format

Kind = Literal["uuid", "text", "jsonb", "timestamptz", "bigint", "integer", "double precision"]

_OIDS: dict[Kind, int] = {
    "uuid": 2950,
    "text": 25,
    "jsonb": 3802,
    "timestamptz": 1184,
    "bigint": 20,
    "integer": 23,
    "double precision": 701,
}
_NUMBERS: dict[Kind, str] = {"timestamptz": ">i8", "bigint": ">i8", "integer": ">i4", "double precision": ">f8"}
_EPOCH_US = 946_684_800_000_000
"""Microseconds from 1970 to 2000, with which times of PostgreSQL begin."""
_JSONB_VERSION = b"\x01"
_NULL = struct.pack(">i", -1)
_DIGITS = [place for place in range(36) if place not in (8, 13, 18, 23)]
"""Where the text of a UUID has no dash."""
_NIBBLES = np.zeros(256, np.uint8)
for _number, _digit in enumerate(b"0123456789abcdef"):
    _NIBBLES[_digit] = _number


class BinaryArray(Struct, frozen=True):
    """An argument of a statement, where that says its type: `%s::uuid[]`."""

    data: bytes


class BinaryArrayDumper(Dumper):
    """Sends it as it is. For connections whose encoding is UTF-8."""

    format = Format.BINARY

    def dump(self, obj: BinaryArray) -> bytes:
        return obj.data


def array_of(column: pa.ChunkedArray, kind: Kind) -> BinaryArray:
    """Of `timestamptz`: timestamps in UTC without a zone. Of `uuid`: text in small letters, and no null."""
    values: Any = column.combine_chunks()
    if kind == "uuid":
        elements = _of_one_size(_uuids(values), values)
    elif kind in _NUMBERS:
        elements = _of_one_size(_numbers(values, kind), values)
    else:
        elements = _of_texts(values, _JSONB_VERSION if kind == "jsonb" else b"")
    return BinaryArray(struct.pack(">5i", 1, values.null_count > 0, _OIDS[kind], len(values), 1) + elements)


def _numbers(values: Any, kind: Kind) -> npt.NDArray[Any]:
    """Where there is a null, any number."""
    if kind == "timestamptz":
        values = values.cast(pa.int64())
    numbers = pc.fill_null(values, 0).to_numpy(zero_copy_only=False)
    return (numbers - _EPOCH_US if kind == "timestamptz" else numbers).astype(_NUMBERS[kind])


def _uuids(values: Any) -> npt.NDArray[Any]:
    nibbles = _NIBBLES[np.frombuffer(_joined(values), np.uint8).reshape(-1, 36)[:, _DIGITS]]
    return np.ascontiguousarray(nibbles[:, ::2] << 4 | nibbles[:, 1::2]).view("V16").reshape(-1)


def _of_one_size(elements: npt.NDArray[Any], values: Any) -> bytes:
    rows = np.empty(len(elements), [("length", ">i4"), ("element", elements.dtype)])
    rows["length"], rows["element"] = elements.dtype.itemsize, elements
    if values.null_count == 0:
        return rows.tobytes()
    is_null = values.is_null().to_numpy(zero_copy_only=False)
    rows["length"][is_null] = -1
    octets = rows.view(np.uint8).reshape(len(rows), -1)
    # Of null there is a length alone.
    is_said = np.ones(octets.shape, np.bool_)
    is_said[is_null, 4:] = False
    return octets[is_said].tobytes()


def _of_texts(values: Any, version: bytes) -> bytes:
    lengths = pc.fill_null(pc.call_function("binary_length", [values]), 0).to_numpy(zero_copy_only=False)
    heads = np.empty(len(lengths), [("length", ">i4"), ("version", f"V{len(version)}")])
    heads["length"] = lengths + len(version)
    heads["version"] = np.frombuffer(version, f"V{len(version)}") if version else b""
    kept = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(heads.dtype.itemsize), len(heads), [None, pa.py_buffer(heads)]
    )
    before = pc.call_function("if_else", [values.is_null(), pa.scalar(_NULL), kept.cast(pa.binary())])
    texts = pc.fill_null(values.cast(pa.binary()), b"")
    return _joined(pc.call_function("binary_join_element_wise", [before, texts, pa.scalar(b"")]))


def _joined(texts: Any) -> bytes:
    """One behind the other, as they lie in memory."""
    laid: Any = texts.cast(pa.large_binary())
    _, offsets, data = laid.buffers()
    ends = np.frombuffer(offsets, np.int64)[laid.offset : laid.offset + len(laid) + 1]
    return b"" if data is None else data.slice(ends[0], ends[-1] - ends[0]).to_pybytes()
