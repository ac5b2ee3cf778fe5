"""What a PNG says of itself."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def size_of(png: bytes) -> tuple[int, int]:
    """Return width and height in pixels."""
    assert png.startswith(SIGNATURE)
    assert png[12:16] == b"IHDR"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def chunks_of(png: bytes) -> list[bytes]:
    """Return the kinds of its chunks, each with a sum that is right."""
    found, place = [], len(SIGNATURE)
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        end = place + 8 + length
        assert zlib.crc32(png[place + 4 : end]) == struct.unpack(">I", png[end : end + 4])[0]
        found.append(png[place + 4 : place + 8])
        place = end + 4
    return found
