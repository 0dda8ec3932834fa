"""Pictures of card numbers, read back as scanners read them: from what is painted, by other code than drew it."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

import pytest
import zxingcpp

from loyalty.members.pictures import PictureForm, draw
from loyalty.members.rules import check_digit

SVG: Final = "{http://www.w3.org/2000/svg}"
NUMBER: Final = "402938475611"
SCALE: Final = 4
BOTH = pytest.mark.parametrize("form", PictureForm)

# Of ISO/IEC 15417: the widths of bars and spaces of the values 0 to 102. In code set C those to 99 are pairs of digits.
WIDTHS: Final = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131"
)
START_C: Final = "211232"
START_C_VALUE: Final = 105
STOP: Final = "2331112"


def numbers() -> list[str]:
    """A number for every pair of digits that one can begin with."""
    bodies = [f"{pair}{pair * 7 % 100:02}0099{pair:02}5" for pair in range(10, 100)]
    return [body + str(check_digit(body)) for body in bodies]


def pixels(svg: str) -> list[bytearray]:
    """The picture in grey, a pixel a module, as any reader of SVG would paint these rectangles."""
    root = ET.fromstring(svg)  # noqa: S314  # ours
    left, top, width, height = map(int, root.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    rows = [bytearray([128] * width) for _ in range(height)]
    for path in root.iter(f"{SVG}path"):
        shade = {"#fff": 255, "#000": 0}[path.attrib.get("fill", "#000")]
        drawn = re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)(?:h-\d+|H0)z", path.attrib["d"])
        assert path.attrib["d"].count("M") == len(drawn)
        for x, y, across, down in (map(int, rectangle) for rectangle in drawn):
            for row in rows[y : y + down]:
                row[x : x + across] = bytes([shade] * across)
    return rows


def scanned(svg: str, scale: int = SCALE) -> tuple[str, str]:
    """What a scanner makes of the picture, seen so many pixels a module: the symbology and the text."""
    rows = pixels(svg)
    seen = b"".join(bytes(shade for shade in row for _ in range(scale)) * scale for row in rows)
    image = memoryview(seen).cast("B", (len(rows) * scale, len(rows[0]) * scale))
    [found] = zxingcpp.read_barcodes(image, try_invert=False)
    return found.format.name, found.text


def decoded(svg: str) -> str:
    """The digits of a Code 128 picture of code set C, decoded by hand, with its check character checked."""
    rows = pixels(svg)
    row = rows[len(rows) // 2]
    modules = "".join("1" if shade == 0 else "0" for shade in row).strip("0")
    runs = "".join(str(len(run)) for run in re.findall(r"1+|0+", modules))
    assert (runs[:6], runs[-7:]) == (START_C, STOP)
    *values, check = (WIDTHS.split().index(runs[at : at + 6]) for at in range(6, len(runs) - 7, 6))
    assert check == (START_C_VALUE + sum(place * value for place, value in enumerate(values, 1))) % 103
    return "".join(f"{value:02}" for value in values)


@pytest.mark.parametrize("form", ["qr", "code128"])
@pytest.mark.parametrize("scale", [2, 4])
def test_a_scanner_reads_the_number(form: str, scale: int) -> None:
    assert scanned(draw(NUMBER, PictureForm(form)), scale)[1] == NUMBER


def test_the_qr_code_is_one_and_holds_any_number() -> None:
    for number in numbers():
        assert scanned(draw(number, PictureForm.QR)) == ("QRCode", number)


def test_the_bars_hold_any_number_whatever_it_begins_with() -> None:
    for number in numbers():
        assert decoded(draw(number, PictureForm.CODE128)) == number


@BOTH
def test_white_is_left_around_it_as_the_standards_ask(form: PictureForm) -> None:
    rows = pixels(draw(NUMBER, form))
    quiet = {PictureForm.QR: 4, PictureForm.CODE128: 10}[form]
    border = [*rows[:quiet], *rows[-quiet:], *(row[:quiet] for row in rows), *(row[-quiet:] for row in rows)]
    assert {shade for part in border for shade in part} == {255}
    assert 128 not in {shade for row in rows for shade in row}


@BOTH
def test_those_who_do_not_see_it_hear_the_number(form: PictureForm) -> None:
    root = ET.fromstring(draw(NUMBER, form))  # noqa: S314  # ours
    assert root.attrib["role"] == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "Card 4029 3847 5611"


@BOTH
def test_it_loads_and_runs_nothing_and_is_small(form: PictureForm) -> None:
    svg = draw(NUMBER, form)
    assert not re.search(r"script|style|href|url\(|<!|&", svg)
    assert len(svg) < 8_000
