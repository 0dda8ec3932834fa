"""The images of Apple's passes: files that the shop puts into the folder `images`, and a plain icon until it does.

Apple refuses a pass without icon.png. The plain icon is a disc in the text's colour on the pass's own.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "images"
# Apple's names of a store card's images, each also for screens of two and three times as many pixels.
_KINDS: Final = ("icon", "logo", "strip")
_NAMES: Final = frozenset(f"{kind}{scale}.png" for kind in _KINDS for scale in ("", "@2x", "@3x"))
_SIDES: Final = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}
_BIT_DEPTH: Final = 8
_PALETTE: Final = 3


@cache
def images(background: str, foreground: str, folder: Path = FOLDER) -> Mapping[str, bytes]:
    """The images by name. A shop that gives an icon of its own has none of ours, in no size."""
    own = {file.name: file.read_bytes() for file in sorted(folder.glob("*.png")) if file.name in _NAMES}
    if "icon.png" in own:
        return own
    return {name: plain_icon(side, background, foreground) for name, side in _SIDES.items()} | {
        name: content for name, content in own.items() if name not in _SIDES
    }


def plain_icon(side: int, background: str, foreground: str) -> bytes:
    """A PNG of `side` times `side` pixels. Colours are as in `#1F2937`."""
    colours = bytes.fromhex(background.removeprefix("#") + foreground.removeprefix("#"))
    # Each row begins with the number of its filter: 0 is none.
    rows = b"".join(b"\0" + _row(y, side) for y in range(side))
    head = struct.pack(">IIBBBBB", side, side, _BIT_DEPTH, _PALETTE, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _row(y: int, side: int) -> bytes:
    """The colours of a row's pixels: 1 within the disc, whose diameter is three fifths of the side."""
    # In half pixels, so that the middle of a side of even length is a whole number too.
    return bytes(25 * ((2 * x + 1 - side) ** 2 + (2 * y + 1 - side) ** 2) <= 9 * side**2 for x in range(side))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
