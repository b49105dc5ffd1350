"""Files → events, row after row: nothing is kept of what was read."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import IO, Any, cast
from uuid import UUID

import msgspec
from msgspec import Struct

from playtrace.collect.instants import instant
from playtrace.collect.sentences import sentence
from playtrace.event import EVENT_BYTES_MAX, UNSET_IDS, ImportedEvent, RefusalReason
from playtrace.imports.errors import FileUnreadable
from playtrace.imports.formats import parquet
from playtrace.imports.formats.detection import BROKEN, plain, reader_of
from playtrace.imports.mapping import NUMBERS, Mapping, built_in, number_of
from playtrace.imports.rows import SAMPLE_CHARACTERS, Row, Rows
from playtrace.imports.sources import Source, as_file, opened
from playtrace.protocols.events.one_by_one import lift, read_event
from playtrace.protocols.events.spellings import FIELDS

MAGIC_BYTES = 4


class Refused(Struct, frozen=True):
    """A row that is no event, and why."""

    reason: RefusalReason
    error: str
    sample: str


class Read(Struct, frozen=True):
    """One row."""

    row: int
    """Of all files, from 1."""
    event: bytes | None
    """As JSON, complete: with its id."""
    refused: Refused | None = None


_encoder = msgspec.json.Encoder()


class Reading:
    """The rows of some files as events of a game. `mapping` None: each file is one of a system that is known, or has
    events as `POST /api/events` reads them."""

    def __init__(self, sources: Sequence[Source], game_id: str, mapping: Mapping | None) -> None:
        self.sources = sources
        self._game_id = game_id
        self._mapping = mapping
        self._known = built_in()
        self.recognised: dict[str, str] = {}
        """The system of each file that was begun, by its name; `events` for none."""
        self.bytes_done = 0
        """Of the files as they are, compressed or not."""

    @property
    def bytes_in_all(self) -> int | None:
        sizes = [source.bytes for source in self.sources]
        return None if None in sizes else sum(cast("list[int]", sizes))

    def rows(self, after: int = 0) -> Iterator[Read]:
        """Those behind the first `after` ones. Raises `ImportFailed`; the rows before were given out."""
        number = 0
        for source in self.sources:
            began = self.bytes_done
            with opened(source) as raw:
                counted = _Counted(raw, self)
                mapping: Mapping | None = None
                try:
                    with closing(cast("Any", _rows(source, counted))) as rows:
                        for number_in_file, row in enumerate(cast("Rows", rows), start=1):
                            if number_in_file == 1:
                                mapping = self._mapping_for(source, row)
                            number += 1
                            if number > after:
                                yield self._read(number, number_in_file, row, mapping)
                except FileUnreadable as error:
                    raise FileUnreadable(f"{source.place}: {error}") from error
                except BROKEN as error:
                    raise FileUnreadable(
                        f"{source.place}: it is damaged, or ends in the middle, behind row {number:,} ({error})."
                    ) from error
            if source.bytes is not None:
                self.bytes_done = began + source.bytes

    def _mapping_for(self, source: Source, row: Row) -> Mapping | None:
        mapping = self._mapping
        if mapping is None and row.values is not None:
            mapping = next((known for known in self._known if known.recognises(row.values)), None)
        self.recognised[source.name] = "events" if mapping is None else mapping.system
        return mapping

    def _read(self, number: int, number_in_file: int, row: Row, mapping: Mapping | None) -> Read:
        if row.values is None:
            return Read(number, None, Refused(RefusalReason.MALFORMED, row.error, row.sample))
        reason = RefusalReason.INVALID
        try:
            event = _event(row.values, self._game_id, mapping, is_table=row.is_table)
            if event.event_id is None:
                event.event_id = made_id(self._game_id, number_in_file, row.values)
            encoded = _encoder.encode(event)
            if len(encoded) <= EVENT_BYTES_MAX:
                return Read(number, encoded)
            reason, error = RefusalReason.TOO_LARGE, f"An event has at most {EVENT_BYTES_MAX} bytes of JSON."
        except RecursionError:
            error = "The event is nested too deeply."
        except (ValueError, OverflowError, TypeError) as wrong:  # msgspec's errors are ValueErrors
            error = sentence(wrong)
        sample = _encoder.encode(row.values)[: 4 * SAMPLE_CHARACTERS].decode("utf-8", "replace")[:SAMPLE_CHARACTERS]
        return Read(number, None, Refused(reason, error, sample))


def made_id(game_id: str, number_in_file: int, values: dict[str, Any]) -> UUID:
    """The id of an event that has none: of what its row says and where it stands. Read again, it is the same; also in a
    file that has grown since."""
    digest = hashlib.blake2b(f"{game_id}\n{number_in_file}\n".encode(), digest_size=16)
    digest.update(_encoder.encode(values))
    # Version 8 is of one's own making (RFC 9562); Python knows it later than 3.11.
    number = int.from_bytes(digest.digest(), "big") & ~(0xF << 76 | 0b11 << 62) | 8 << 76 | 0b10 << 62
    return UUID(int=number)


def _event(values: dict[str, Any], game_id: str, mapping: Mapping | None, *, is_table: bool) -> ImportedEvent:
    """Raises `ValueError`."""
    fields = _as_sent(values) if mapping is None else mapping.fields_of(values, is_table=is_table)
    try:
        event = msgspec.convert(fields, ImportedEvent)
    except msgspec.ValidationError:
        event = _read_kindly(fields, game_id)
    if event.time is None:
        raise ValueError("time: it is missing, and an import has to say when an event happened.")
    if event.game_id not in (None, game_id):
        raise ValueError(f"game_id: {event.game_id!r} is another game than {game_id!r}.")
    event.game_id = None
    event.time, event.client_time = _in_utc(event.time), _in_utc(event.client_time)
    if event.event_id is not None and event.event_id.int in UNSET_IDS:
        event.event_id = None
    if event.client_time == event.time:
        event.client_time = None
    if event.props is not None:
        lift(event, event.props)
    return event


def _in_utc(moment: dt.datetime | None) -> dt.datetime | None:
    """Without an offset it is UTC."""
    return moment.replace(tzinfo=dt.UTC) if moment is not None and moment.tzinfo is None else moment


def _read_kindly(fields: dict[str, Any], game_id: str) -> ImportedEvent:
    """As the events API reads what is spelled in another way. Raises `ValueError`."""
    said = instant(fields.pop("client_time", None))
    event = read_event(fields, {}, game_id=game_id)
    return ImportedEvent(
        **{name: getattr(event, name) for name in event.__struct_fields__},
        client_time=said,
    )


def _as_sent(values: dict[str, Any]) -> dict[str, Any]:
    """As a client would have sent it: a table has texts for numbers, and for what has parts of its own."""
    sent = dict(values)
    for key, value in values.items():
        field = FIELDS[key][0] if key in FIELDS else None
        if not isinstance(value, str) or field is None:
            continue
        if field in NUMBERS:
            sent[key] = number_of(value, key)
        elif field == "props" and value.lstrip()[:1] == "{":
            try:
                sent[key] = msgspec.json.decode(value)
            except msgspec.DecodeError as error:
                raise ValueError(f"{key}: expected JSON, got {value[:80]!r}.") from error
    return sent


def _rows(source: Source, raw: _Counted) -> Rows:
    stream = plain(cast("IO[bytes]", raw))
    if stream.peek(MAGIC_BYTES) == parquet.MAGIC and not stream.is_packed:
        with as_file(source, cast("IO[bytes]", stream)) as path:
            yield from parquet.read(path)
        return
    yield from reader_of(stream)(cast("IO[bytes]", stream))


class _Counted:
    """Notes how far a file is read."""

    def __init__(self, stream: IO[bytes], reading: Reading) -> None:
        self._stream = stream
        self._reading = reading

    def read(self, bytes_: int = -1) -> bytes:
        piece = self._stream.read(bytes_)
        self._reading.bytes_done += len(piece)
        return piece
