"""The images of Apple's passes, read back by other code than drew them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.passes.images import images, plain_icon

DARK = "#1F2937"
LIGHT = "#FFFFFF"


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG, each with a right checksum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place = 8
    while place < len(png):
        (size,) = struct.unpack_from(">I", png, place)
        name, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        assert struct.unpack_from(">I", png, place + 8 + size) == (zlib.crc32(name + data),)
        yield name, data
        place += 12 + size


def pixels(png: bytes) -> list[list[str]]:
    """The colour of each pixel of a picture with a palette and without filters."""
    found = dict(chunks(png))
    width, height, depth, kind, *rest = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert (depth, kind, rest) == (8, 3, [0, 0, 0])
    palette = [f"#{found[b'PLTE'][at : at + 3].hex().upper()}" for at in range(0, len(found[b"PLTE"]), 3)]
    rows = zlib.decompress(found[b"IDAT"])
    assert len(rows) == height * (width + 1)
    lines = [rows[at : at + width + 1] for at in range(0, len(rows), width + 1)]
    assert {line[0] for line in lines} == {0}
    return [[palette[index] for index in line[1:]] for line in lines]


@pytest.mark.parametrize("side", [29, 58, 87])
def test_the_plain_icon_is_a_disc_of_three_fifths_in_the_middle(side: int) -> None:
    seen = pixels(plain_icon(side, DARK, LIGHT))
    assert (len(seen), {len(row) for row in seen}) == (side, {side})
    assert seen == seen[::-1] == [row[::-1] for row in seen]
    middle = seen[side // 2]
    assert middle.count(LIGHT) == pytest.approx(side * 3 / 5, abs=1)
    assert {seen[0][0], middle[0]} == {DARK}
    assert middle[side // 2] == LIGHT


def test_a_shop_without_images_has_the_plain_icon_in_three_sizes(tmp_path: Path) -> None:
    assert {name: len(pixels(png)) for name, png in images(DARK, LIGHT, tmp_path).items()} == {
        "icon.png": 29,
        "icon@2x.png": 58,
        "icon@3x.png": 87,
    }


def test_a_logo_stands_beside_the_plain_icon(tmp_path: Path) -> None:
    (tmp_path / "logo@2x.png").write_bytes(b"a logo")
    found = images(DARK, LIGHT, tmp_path)
    assert found["logo@2x.png"] == b"a logo"
    assert {"icon.png", "icon@2x.png", "icon@3x.png", "logo@2x.png"} == set(found)


def test_an_icon_of_the_shops_own_takes_the_place_of_all_of_ours(tmp_path: Path) -> None:
    for name in ("icon.png", "icon@2x.png", "strip.png", "README.md", "background.png"):
        (tmp_path / name).write_text(name)
    found = images(DARK, LIGHT, tmp_path)
    assert found == {name: name.encode() for name in ("icon.png", "icon@2x.png", "strip.png")}
