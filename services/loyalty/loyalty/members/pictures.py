"""A card's number as a picture for scanners: a black on white SVG, with a title for screen readers.

The encoding libraries are imported when the first picture is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Final

# Sizes are in modules, the width of the narrowest bar. A QR code has a margin of four modules (ISO/IEC 18004), the bars
# of Code 128 one of ten (ISO/IEC 15417).
_QUIET_AROUND_QR: Final = 4
_QUIET_BESIDE_BARS: Final = 10
# The height is a quarter of the bars' length, so that a hand need not aim. Scanners need at least 15 %.
_BAR_HEIGHT: Final = 30
# Pixels of a module, before the page scales the picture. The pictures are 232 by 232 and 484 by 200 pixels.
_QR_SCALE: Final = 8
_BARS_SCALE: Final = 4

_BLACK: Final = 1

Row = Sequence[int]


class PictureForm(StrEnum):
    """How a number is drawn."""

    QR = "qr"
    CODE128 = "code128"


def draw(number: str, form: PictureForm) -> str:
    """The SVG of a card's number. It holds no other personal data."""
    if form is PictureForm.QR:
        return _svg(number, _qr(number), quiet=_QUIET_AROUND_QR, row_height=1, scale=_QR_SCALE)
    return _svg(number, [_bars(number)], quiet=_QUIET_BESIDE_BARS, row_height=_BAR_HEIGHT, scale=_BARS_SCALE)


def _qr(number: str) -> Sequence[Row]:
    import segno  # noqa: PLC0415

    # Level M survives a scratched screen, and twelve digits fit the smallest size with it.
    return segno.make_qr(number, error="m").matrix


def _bars(number: str) -> Row:
    from barcode.codex import Code128  # type: ignore[import-untyped]  # noqa: PLC0415

    [modules] = Code128(number).build()
    return [int(module) for module in modules]


def _svg(number: str, rows: Sequence[Row], *, quiet: int, row_height: int, scale: int) -> str:
    width, height = len(rows[0]) + 2 * quiet, len(rows) * row_height + 2 * quiet
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale}" height="{height * scale}" '
        f'viewBox="0 0 {width} {height}" role="img" shape-rendering="crispEdges">'
        f"<title>Card {number[:4]} {number[4:8]} {number[8:]}</title>"
        f'<path fill="#fff" d="M0 0h{width}v{height}H0z"/>'
        f'<path d="{"".join(_bars_of(rows, quiet, row_height))}"/></svg>'
    )


def _bars_of(rows: Sequence[Row], quiet: int, row_height: int) -> Iterator[str]:
    """Every run of black modules, as a rectangle of an SVG path."""
    for index, row in enumerate(rows):
        left, top = quiet, quiet + index * row_height
        for colour, run in groupby(row):
            width = len(list(run))
            if colour == _BLACK:
                yield f"M{left} {top}h{width}v{row_height}h-{width}z"
            left += width
