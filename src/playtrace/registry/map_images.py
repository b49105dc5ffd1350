"""Pictures of maps: which kinds are taken, and how large they say they are.

Only the head of a file is read: nothing is decoded here, and what is handed out again is never taken for anything but a
picture. SVG is a program that a browser runs, and is no picture in this sense.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from playtrace.registry.errors import Invalid

IMAGE_BYTES_MAX: Final = 8 * 1024 * 1024
SIDE_PX_MAX: Final = 8_192
PIXELS_MAX: Final = 40_000_000
"""A browser keeps four bytes of each in memory."""
EXPECTED: Final = "expected a PNG, JPEG or WebP file"
SVG_EXPECTED: Final = f"{EXPECTED}; this is SVG or HTML, which may hold a program: export it as PNG"

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of segments that tell the size; the three others of their row are tables."""
_JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of segments without a length."""


@dataclass(frozen=True, slots=True)
class ImageKind:
    content_type: str
    width_px: int
    height_px: int


def kind_of(image: bytes) -> ImageKind:
    """Raises `Invalid` for what is no picture that is taken."""
    if len(image) > IMAGE_BYTES_MAX:
        raise Invalid("image", f"expected at most {IMAGE_BYTES_MAX // 1024**2} MiB")
    found = _png(image) or _jpeg(image) or _webp(image)
    if found is None:
        raise Invalid("image", SVG_EXPECTED if image.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else EXPECTED)
    if not (0 < found.width_px <= SIDE_PX_MAX and 0 < found.height_px <= SIDE_PX_MAX):
        raise Invalid("image", f"expected 1 to {SIDE_PX_MAX:,} pixels along either side")
    if found.width_px * found.height_px > PIXELS_MAX:
        raise Invalid("image", f"expected at most {PIXELS_MAX:,} pixels")
    return found


def _png(image: bytes) -> ImageKind | None:
    if len(image) < 24 or not image.startswith(_PNG) or image[12:16] != b"IHDR":
        return None
    return ImageKind("image/png", int.from_bytes(image[16:20]), int.from_bytes(image[20:24]))


def _jpeg(image: bytes) -> ImageKind | None:
    """Segments one after the other, until one tells the size."""
    if not image.startswith(b"\xff\xd8\xff"):
        return None
    place = 2
    while place + 9 <= len(image) and image[place] == 0xFF:
        marker = image[place + 1]
        if marker == 0xFF:  # filling
            place += 1
        elif marker in _JPEG_ALONE:
            place += 2
        elif marker in _JPEG_FRAMES:
            height, width = (int.from_bytes(image[at : at + 2]) for at in (place + 5, place + 7))
            return ImageKind("image/jpeg", width, height)
        else:
            place += 2 + int.from_bytes(image[place + 2 : place + 4])
    return None


def _webp(image: bytes) -> ImageKind | None:
    if len(image) < 30 or image[:4] != b"RIFF" or image[8:12] != b"WEBP":
        return None
    match image[12:16]:
        case b"VP8X":
            width, height = (1 + int.from_bytes(image[at : at + 3], "little") for at in (24, 27))
        case b"VP8L" if image[20] == 0x2F:
            bits = int.from_bytes(image[21:25], "little")
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 " if image[23:26] == b"\x9d\x01\x2a":
            width, height = (int.from_bytes(image[at : at + 2], "little") & 0x3FFF for at in (26, 28))
        case _:
            return None
    return ImageKind("image/webp", width, height)
