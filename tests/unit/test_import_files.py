"""Files as people have them: of every format, of other systems, broken, hostile and much too large."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from playtrace.csv_text import text_of_cell, write_csv
from playtrace.imports.errors import FileUnreadable, ImportFailed
from playtrace.imports.mapping import mapping_named, read_mapping
from playtrace.imports.reading import Read, Reading
from playtrace.imports.sources import identity, sources_of

GAME = "arena"


def read(*files: Path, mapping: str | None = None, after: int = 0) -> list[Read]:
    chosen = None if mapping is None else mapping_named(mapping)[0]
    return list(Reading(sources_of([str(file) for file in files]), GAME, chosen).rows(after))


def events(*files: Path, mapping: str | None = None) -> list[dict[str, Any]]:
    """All rows as events, without the ids; each must be one."""
    found = read(*files, mapping=mapping)
    assert [one.refused for one in found if one.refused] == []
    return [{k: v for k, v in json.loads(one.event or b"").items() if k != "event_id"} for one in found]


def errors(*files: Path) -> list[str]:
    return [one.refused.error if one.refused else "" for one in read(*files)]


def put(folder: Path, name: str, content: bytes | str | list[Any]) -> Path:
    """A file; a list is NDJSON."""
    file = folder / name
    if isinstance(content, list):
        content = "".join(json.dumps(row) + "\n" for row in content)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


ROWS = [
    {"name": "login", "time": "2020-01-01T00:00:00Z", "player_id": "ana", "value": 1.5, "level": "3"},
    {"name": "login", "time": "2020-01-02T00:00:00Z", "player_id": "ben", "value": 2.0, "level": "4"},
]


def test_every_format_says_the_same(tmp_path: Path):
    ndjson = "".join(json.dumps(row) + "\n" for row in ROWS)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROWS[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(ROWS)
    files = [
        put(tmp_path, "a.ndjson", "\ufeff" + ndjson.replace("\n", "\r\n\r\n")),
        put(tmp_path, "named.txt.gz", gzip.compress(ndjson.encode()) + gzip.compress(b"")),
        put(tmp_path, "a.zst", zstandard.compress(ndjson.encode())),
        put(tmp_path, "a.json", json.dumps(ROWS, indent=4)),
        put(tmp_path, "a.csv", text.getvalue()),
        tmp_path / "a.parquet",
        tmp_path / "a.arrow",
    ]
    table = pa.Table.from_pylist(ROWS)
    pq.write_table(table, files[5])
    with pa.OSFile(str(files[6]), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    for file in files:
        assert events(file) == ROWS, file


def test_a_folder_is_read_in_the_order_of_names_and_from_any_row_on(tmp_path: Path):
    folder = tmp_path / "export"
    (folder / "b").mkdir(parents=True)
    put(folder, "2.ndjson", [ROWS[1]])
    put(folder, "1.json.gz", gzip.compress(json.dumps([ROWS[0]]).encode()))
    put(folder / "b", "3.csv", "name,time\nlogin,2020-01-03\n")
    put(folder, "readme.md", "no events")
    assert [event["time"][:10] for event in events(folder)] == ["2020-01-01", "2020-01-02", "2020-01-03"]
    whole = read(folder)
    for after in range(4):
        assert read(folder, after=after) == whole[after:]


def test_ids_are_the_same_each_time_and_where_they_are_given_they_stay(tmp_path: Path):
    same = {"name": "shot", "time": "2020-01-01T00:00:00Z"}
    given = {**same, "event_id": "0198a000-0000-7000-8000-000000000001"}
    first = [json.loads(one.event or b"")["event_id"] for one in read(put(tmp_path, "a.ndjson", [same, same, given]))]
    assert first[0] != first[1]  # twice the same, as a game may well do
    assert first[2] == given["event_id"]
    longer = put(tmp_path, "b.ndjson", [same, same, given, same])
    assert [json.loads(one.event or b"")["event_id"] for one in read(longer)][:3] == first
    assert identity(sources_of([str(tmp_path / "a.ndjson")])) != identity(sources_of([str(longer)]))


# Documented examples of each system, and what they become.
SAMPLES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "gameanalytics": (
        [
            {
                "arrival_ts": 1546300900, "country_code": "US", "game_id": 1, "ip": "1.1.1.0",
                "user_meta": {"install_ts": 1546300000, "first_build": "1.0"},
                "data": {
                    "category": category, "client_ts": 1546300800, "user_id": "u-1", "session_id": "s-1", "v": 2,
                    "platform": "mac_osx", "os_version": "mac_osx 10.14", "build": "1.2", "session_num": 3, **more,
                },
            }
            for category, more in (
                ("user", {}),
                ("business", {"event_id": "gems:pack_1", "amount": 1999, "currency": "USD", "cart_type": "shop"}),
                ("resource", {"event_id": "Sink:gems:boost:x2", "amount": -20.0}),
                ("progression", {"event_id": "Complete:world1:level2", "score": 500, "attempt_num": 2}),
                ("design", {"event_id": "kill:robot:large", "value": 3.5}),
                ("error", {"severity": "critical", "message": "boom"}),
            )
        ],
        [
            {"name": "session_start"},
            {"name": "purchase", "value": 19.99, "currency": "USD"},
            {"name": "resource_spend", "value": 20.0, "currency": "gems"},
            {"name": "level_complete", "level": "world1:level2", "value": 500.0},
            {"name": "kill:robot:large", "value": 3.5},
            {"name": "error", "severity": "critical"},
        ],
    ),
    "posthog": (
        [
            {
                "uuid": "018f2b3c-0000-7000-8000-000000000001", "event": "level_up", "distinct_id": "ana",
                "person_id": "p", "timestamp": "2024-05-01T10:00:00.123000+00:00", "team_id": 1, "elements_chain": "",
                "properties": {"$os": "Windows", "$session_id": "s-1", "$geoip_country_code": "DE", "level": 3},
            }
        ],
        [{"name": "level_up", "player_id": "ana", "session_id": "s-1", "platform": "windows", "country": "DE"}],
    ),
    "amplitude": (
        [
            {
                "server_received_time": "2024-05-01 10:00:05.000000", "app": 123, "city": "Berlin", "user_id": "ana",
                "uuid": "d4a1c1f0-0000-11ee-8000-000000000001", "event_time": "2024-05-01 10:00:00.123000",
                "platform": "iOS", "os_version": "17.0", "amplitude_id": 2234540891, "version_name": "1.2",
                "event_type": "watch_tutorial", "country": "Germany", "session_id": -1, "device_id": "d-1",
                "event_properties": {"step": 3}, "user_properties": {}, "$insert_id": "abc", "language": "German",
            }
        ],
        [{"name": "watch_tutorial", "player_id": "ana", "country": "DE", "version": "1.2", "platform": "iOS"}],
    ),
    "mixpanel": (
        [
            {
                "event": "Signed up",
                "properties": {
                    "time": 1602611311, "$insert_id": "ABCDE", "mp_processing_time_ms": 1602625711874,
                    "distinct_id": "ana", "$os": "Mac OS X", "mp_country_code": "US", "Referred by": "Friend",
                },
            }
        ],
        [{"name": "Signed up", "player_id": "ana", "platform": "macos", "country": "US"}],
    ),
    "unity": (
        [
            {
                "EVENT_NAME": "gameStarted", "EVENT_TIMESTAMP": "2024-05-01 10:00:00.123", "USER_ID": "ana",
                "PLATFORM": "ANDROID", "CLIENT_VERSION": "1.2", "USER_COUNTRY": "DE", "EVENT_ID": 77,
                "EVENT_JSON": '{"sessionID":"s-1","eventUUID":"0198a000-0000-7000-8000-000000000001","score":5}',
            }
        ],
        [{"name": "session_start", "player_id": "ana", "session_id": "s-1", "platform": "android", "version": "1.2"}],
    ),
    "unreal": (
        [
            {
                "Timestamp": "2024.05.01-10.00.00", "Event": "match_end", "UserID": "ana", "SessionID": "s-1",
                "Properties": '{"kills":3}',
            }
        ],
        [{"name": "match_end", "player_id": "ana", "session_id": "s-1", "props": {"kills": 3}}],
    ),
    "unreal-log": (
        [
            {
                "EventName": "StartSession", "TimestampUTC": 1714557600.123, "RecordId": 0, "UserID": "ana",
                "SessionID": "s-1", "GameMode": "duel",
            }
        ],
        [{"name": "session_start", "player_id": "ana", "session_id": "s-1"}],
    ),
}  # fmt: skip
TIMES = {"gameanalytics": "2019-01-01T00:00:00Z", "mixpanel": "2020-10-13T17:48:31Z", "unreal": "2024-05-01T10:00:00Z"}
PROPERTIES: dict[str, list[dict[str, Any]]] = {
    "gameanalytics": [
        {"session_num": 3},
        {"session_num": 3, "cart_type": "shop", "product": "gems:pack_1", "kind": "iap"},
        {"session_num": 3, "reason": "boost", "item": "x2"},
        {"session_num": 3, "attempt": 2},
        {"session_num": 3},
        {"session_num": 3, "title": "boom"},
    ],
    "posthog": [{"level": 3}],
    "amplitude": [{"step": 3, "city": "Berlin", "language": "German"}],
    "mixpanel": [{"Referred by": "Friend"}],
    "unity": [{"score": 5}],
    "unreal": [{"kills": 3}],
    "unreal-log": [{"GameMode": "duel"}],
}


@pytest.mark.parametrize("system", SAMPLES)
@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_the_documented_sample_of_a_system_becomes_events(tmp_path: Path, system: str, form: str):
    rows, expected = SAMPLES[system]
    if form == "csv":
        if system not in ("unity", "unreal"):
            form = "json"  # these have parts of their own, which no table has
            file = put(tmp_path, "a.json", json.dumps(rows))
        else:
            text = io.StringIO(newline="")
            write_csv(text, list(rows[0]), [list(row.values()) for row in rows])
            file = put(tmp_path, "a.csv", text.getvalue())
    else:
        file = put(tmp_path, "a.ndjson", rows)
    reading = Reading(sources_of([str(file)]), GAME, None)
    found = [json.loads(one.event or b"{}") for one in reading.rows()]
    assert reading.recognised == {file.name: system}
    for event, wanted, properties in zip(found, expected, PROPERTIES[system], strict=True):
        assert {name: event.get(name) for name in wanted} == wanted
        assert event.get("props") == properties
        assert event["time"] == TIMES.get(system, "2024-05-01T10:00:00.123000Z")
    assert events(file, mapping=system) == events(file)


MAPPING = """
system: our-old-tool
fields:
  name: what
  time: {from: at, formats: ["%d.%m.%Y %H:%M"]}
  player_id: [who, device]
  value: {from: cents, times: 0.01}
  session_id: {from: sid, none: ["-1"]}
rest: true
drop: [secret]
names: {Launch: session_start}
cases:
  - when: {what: [Buy, Gift]}
    fields: {name: {is: purchase}, currency: {is: EUR}}
    properties: {product: sku}
"""


def test_a_mapping_of_ones_own(tmp_path: Path):
    own = put(tmp_path, "own.yaml", MAPPING)
    table = "what,at,who,device,cents,sid,sku,secret,mood\n"
    table += "Launch,01.02.2020 03:04,,d-1,,-1,,x,good\nBuy,01.02.2020 03:05,ana,,1999,s,hat,x,\n"
    assert events(put(tmp_path, "a.csv", table), mapping=str(own)) == [
        {"name": "session_start", "time": "2020-02-01T03:04:00Z", "player_id": "d-1", "props": {"mood": "good"}},
        {
            "name": "purchase", "time": "2020-02-01T03:05:00Z", "player_id": "ana", "value": 19.99, "session_id": "s",
            "currency": "EUR", "props": {"product": "hat"},
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fields: [", "is not YAML"),
        ("system: a\nfields: {nme: b}", "'nme', which is no field"),
        ("system: a\nfields: {time: b}", "does not say which value is the `name`"),
        ("fields: {name: b}", "`system`"),
        ("system: a\nfields: {name: {form: b}}", "unknown field `form`"),
        ("- a", "does not fit"),
        ("!!python/object/apply:os.system ['true']", "is not YAML"),
    ],
)
def test_a_mapping_that_does_not_fit_says_why(text: str, words: str):
    with pytest.raises(ImportFailed) as raised:
        read_mapping(text, "own.yaml")
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("program.ndjson", bytes(range(256)) * 40, "looks like binary"),
        ("utf16.csv", "name,time\na,2020-01-01\n".encode("utf-16"), "looks like binary"),
        ("archive.zip", b"PK\x03\x04" + b"x" * 100, "zip archive"),
        ("half.ndjson.gz", gzip.compress(b'{"name":"a","time":1}\n' * 3_000, mtime=0)[:-30], "ends in the middle"),
        ("half.zst", zstandard.compress(b'{"name":"a","time":1}\n' * 3_000)[:-20], "ends in the middle"),
        ("half.json", b'[{"name":"a","time":"2020-01-01"},{"name":"b"', "element 2"),
        ("no.json", b'[{"name":"a","time":"2020-01-01"};1]', "has ';' where"),
        ("half.parquet", b"PAR1" + b"x" * 1000, "no Parquet"),
        ("packed.parquet.gz", gzip.compress(b"PAR1" + b"x" * 1000, mtime=0), "Parquet inside of"),
        ("columns.csv", b",,\n1,2,3\n", "names no columns"),
        ("twice.csv", b"name,name\na,b\n", "'name' twice"),
    ],
)
def test_a_file_that_is_not_what_it_seems_says_so(tmp_path: Path, name: str, content: bytes, words: str):
    with pytest.raises(FileUnreadable) as raised:
        read(put(tmp_path, name, content))
    assert words in str(raised.value) and str(tmp_path / name) in str(raised.value)


def test_one_wrong_row_costs_no_other(tmp_path: Path):
    good = json.dumps(ROWS[0])
    lines = [good, "{", "[1]", '"text"', '{"name":""}', '{"name":"a"}', json.dumps({**ROWS[0], "props": [1]}), good]
    lines.append(json.dumps({**ROWS[0], "props": {"long": "x" * 40_000}}))
    lines.append(json.dumps({**ROWS[0], "game_id": "harbour"}))
    lines.append('{"name":"a","time":"2020-01-01","props":' + '{"a":' * 20 + "1" + "}" * 21)
    lines.append("[" * 5000)
    found = errors(put(tmp_path, "a.ndjson", "\n".join(lines)))
    assert [bool(error) for error in found] == [line != good for line in lines]
    assert "32768 bytes" in found[8] and "another game" in found[9] and "deeper than 8" in found[10]
    table = "name,time,value\na,2020-01-01,1\na,2020-01-01\na,2020-01-01,x\na,2020-01-01,1,2\n\na,2020-01-01,1\n"
    found = errors(put(tmp_path, "a.csv", table))
    assert [bool(error) for error in found] == [False, True, True, True, False]
    assert found[1:4] == [
        "The row has 2 cells, and the first line names 3.",
        "value: expected a number, got 'x'.",
        "The row has 4 cells, and the first line names 3.",
    ]


@pytest.mark.parametrize("form", ["ndjson", "csv", "json"])
def test_a_row_without_an_end_is_not_read_into_memory(tmp_path: Path, form: str):
    """A line of 200 MB, of which a compressed file needs a few kilobytes."""
    file = tmp_path / "bomb.zst"
    good = json.dumps(ROWS[0]).encode()
    begin, row, end = {
        "ndjson": (good + b'\n{"name":"', b"", b'"}\n' + good + b"\n"),
        "csv": (b'name,time\na,2020-01-01\nb,"', b"", b'"\na,2020-01-01\n'),
        "json": (b"[" + good + b',{"name":"', b"", b'"}]'),
    }[form]
    with file.open("wb") as raw, zstandard.ZstdCompressor().stream_writer(raw) as packed:
        packed.write(begin + row)
        for _ in range(200):
            packed.write(b"x" * 1_000_000)
        packed.write(end)
    tracemalloc.start()
    try:
        found: list[Read] = []
        reading = Reading(sources_of([str(file)]), GAME, None).rows()
        try:
            found.extend(reading)
        except FileUnreadable as error:
            assert form == "json" and "longer than 1,048,576 bytes" in str(error)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 32_000_000
    if form == "ndjson":
        assert [one.event is not None for one in found] == [True, False, True]
    assert found[0].event is not None


@pytest.mark.parametrize(
    "text", ["=1", "'=1", "''=1", "'", "'a", "-5", "'-5", "+", "\t1", "1,2", '"', "\r\n", "a", "1e5"]
)
def test_the_mark_of_a_formula_is_taken_away_again(text: str):
    file = io.StringIO(newline="")
    write_csv(file, ["text"], [[text]])
    (_, (cell,)) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert text_of_cell(cell) == text
