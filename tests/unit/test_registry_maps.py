"""Pictures of maps in the registry: what is taken for one, and what a point of it may be."""

from __future__ import annotations

import json
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from playtrace.cli import maps
from playtrace.config import Settings
from playtrace.operate.folder import examine_registry
from playtrace.registry.errors import Invalid, UnknownGame, UnknownMap
from playtrace.registry.map_images import IMAGE_BYTES_MAX, ImageKind, kind_of
from playtrace.registry.maps import Calibration, Pinned, calibration_of
from playtrace.registry.registry import Registry

CALIBRATION = Calibration(Pinned(0, 0, -50, 30), Pinned(40, 30, 50, -30))


def png(width: int, height: int) -> bytes:
    """Whole, and grey."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\0" + b"\x80" * width) * min(height, 64)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """A comment with the mark of a frame in it, a table, a byte of filling, and the frame."""
    comment, table = b"\xff\xfe\0\x06\xff\xc0\0\0", b"\xff\xc4\0\x04\0\0"
    return b"\xff\xd8" + comment + table + b"\xff\xff\xc2" + struct.pack(">HBHH", 11, 8, height, width) + b"\x01" * 6


def webp(kind: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 12 + len(body)) + b"WEBP" + kind + struct.pack("<I", len(body)) + body


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data=tmp_path_factory.mktemp("maps"))


@pytest.fixture(scope="module")
def registry(settings: Settings) -> Iterator[Registry]:
    with closing(Registry.open(settings.registry_database)) as registry:
        registry.games.add("arena")
        registry.games.add("pond")
        yield registry


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (png(320, 200), "png"),
        (jpeg(320, 200), "jpeg"),
        (webp(b"VP8X", bytes(4) + (319).to_bytes(3, "little") + (199).to_bytes(3, "little")), "webp"),
        (webp(b"VP8L", b"\x2f" + (319 | 199 << 14).to_bytes(4, "little") + bytes(5)), "webp"),
        (webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 320, 200)), "webp"),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_head(image: bytes, kind: str) -> None:
    assert kind_of(image) == ImageKind(f"image/{kind}", 320, 200)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (b"", "PNG, JPEG or WebP"),
        (b"GIF89a" + bytes(100), "PNG, JPEG or WebP"),
        (b"\xff\xd8\xff", "PNG, JPEG or WebP"),
        (b"\xff\xd8" + b"\xff\xfe\0\0" * 50, "PNG, JPEG or WebP"),
        (png(320, 200)[:20], "PNG, JPEG or WebP"),
        (webp(b"VP8Q", bytes(20)), "PNG, JPEG or WebP"),
        (b"\xef\xbb\xbf <svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG"),
        (b"<!doctype html><script>alert(1)</script>", "SVG or HTML"),
        (png(0, 200), "1 to 8,192"),
        (png(9000, 200), "1 to 8,192"),
        (png(8000, 8000), "at most 40,000,000 pixels"),
        (png(320, 200) + bytes(IMAGE_BYTES_MAX), "at most 8 MiB"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(image: bytes, expected: str) -> None:
    with pytest.raises(Invalid, match=expected) as refused:
        kind_of(image)
    assert refused.value.field == "image"


def test_a_picture_is_put_and_lies_somewhere(registry: Registry) -> None:
    with pytest.raises(UnknownGame):
        registry.maps.put_image("nowhere", "keep", png(40, 30))
    with pytest.raises(UnknownMap):
        registry.maps.change("arena", "keep", {"calibration": CALIBRATION})
    made = registry.maps.put_image("arena", "/Game/Maps/Keep", png(40, 30))
    assert (made.width_px, made.height_px, made.opacity, calibration_of(made)) == (40, 30, 1.0, None)
    changed = registry.maps.change("arena", "/Game/Maps/Keep", {"calibration": CALIBRATION, "opacity": 0.5})
    assert (calibration_of(changed), changed.opacity) == (CALIBRATION, 0.5)
    assert registry.maps.with_image("arena", "/Game/Maps/Keep").image == png(40, 30)
    # One that is as large lies where the last one did; another size lies nowhere.
    assert calibration_of(registry.maps.put_image("arena", "/Game/Maps/Keep", jpeg(40, 30))) == CALIBRATION
    assert calibration_of(registry.maps.put_image("arena", "/Game/Maps/Keep", png(80, 60))) is None
    assert [(one.name, one.opacity) for one in registry.maps.all("arena")] == [("/Game/Maps/Keep", 0.5)]
    done = [entry.action for entry in registry.audit.entries(game_ids=["arena"], action="map", limit=10)]
    assert done == ["map.image_put", "map.image_put", "map.changed", "map.image_put"]
    registry.maps.remove("arena", "/Game/Maps/Keep")
    assert registry.maps.all("arena") == []
    with pytest.raises(UnknownMap):
        registry.maps.remove("arena", "/Game/Maps/Keep")


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (Pinned(5, 5, 50, -30), "8 pixels apart"),
        (Pinned(41, 30, 50, -30), "pixels of the picture: 40 x 30"),
        (Pinned(-1, 30, 50, -30), "pixels of the picture"),
        (Pinned(40, 30, -50, 30), "two different places"),
        (Pinned(40, 30, 1e10, 30), "at most 1,000,000,000 units"),
        (Pinned(40, 30, float("nan"), 30), "at most 1,000,000,000 units"),
    ],
)
def test_two_points_must_fix_it(registry: Registry, second: Pinned, expected: str) -> None:
    registry.maps.put_image("arena", "keep", png(40, 30))
    with pytest.raises(Invalid, match=expected):
        registry.maps.change("arena", "keep", {"calibration": Calibration(CALIBRATION.first, second)})


def test_a_game_has_so_many_maps_and_no_more(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playtrace.registry.maps.MAPS_MAX", 2)
    for name in ("one", "two", "one"):
        registry.maps.put_image("pond", name, png(40, 30))
    with pytest.raises(Invalid, match="at most 2 maps"):
        registry.maps.put_image("pond", "three", png(40, 30))


def test_maps_on_the_command_line(registry: Registry, settings: Settings, tmp_path: Path) -> None:
    picture = tmp_path / "keep.png"
    picture.write_bytes(png(40, 30))

    def run(*words: str) -> Any:
        return CliRunner().invoke(maps.app, [*words, "--data", str(settings.data)])

    points = ("--at", "0,0=-50,30", "--at", "40,30=50,-30")
    added = run("add", "pond", "one", str(picture), *points, "--opacity", "0.5", "--json")
    (shown,) = json.loads(added.stdout)["maps"]
    assert (shown["name"], shown["opacity"], shown["calibration"]["second"]["y"]) == ("one", 0.5, -30)
    assert "0,0=-50,30 40,30=50,-30, y up" in run("list", "pond").stdout
    for wrong in (points[:2], ("--at", "0,0", *points[2:]), ("--at", "0,0=nan,1", *points[2:])):
        assert run("add", "pond", "one", str(picture), *wrong).exit_code == 2
    picture.write_text("<svg/>")
    refused = run("add", "pond", "one", str(picture))
    assert (refused.exit_code, "export it as PNG" in refused.stderr) == (1, True)
    assert "playtrace maps list" in run("remove", "pond", "nowhere").stderr
    assert run("remove", "pond", "one").exit_code == 0
    assert [one.name for one in registry.maps.all("pond")] == ["two"]


def test_verify_finds_a_picture_that_the_disk_changed(registry: Registry, settings: Settings) -> None:
    registry.maps.put_image("arena", "keep", png(40, 30))
    registry.maps.put_image("arena", "yard", png(40, 31))
    assert examine_registry(settings, []).is_good
    with closing(sqlite3.connect(settings.registry_path)) as database, database:
        database.execute("UPDATE game_maps SET image = ? WHERE name = 'yard'", [png(40, 32)])
    found = examine_registry(settings, [])
    assert not found.is_good
    assert "yard of arena" in found.found
    assert "keep" not in found.found
