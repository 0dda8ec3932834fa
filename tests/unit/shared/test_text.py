from __future__ import annotations

import sys
import unicodedata

import pytest

from shared.text import cleaned_name, is_name, is_printable, is_visible

BIDI = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
CONTROLS = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cc"]
# Of Unicode's Default_Ignorable_Code_Point, those whose category does not say that they are unseen.
FILLERS = "\u115f\u1160\u3164\uffa0\u2065\ufff0\U000e0000\U000e0080\U000e01f0"
REAL = [
    *("O'Brien", "Nguyễn Văn", "李", "J.R.", "Dr. Who", "Jean-Luc", "d’Artagnan", "Ⅷ", "-", ".", "Ada 😀", "\u200eעדה"),  # noqa: RUF001
    *("علی\u200cرضا", "क्\u200dष", "ක්\u200dරි", "a\u0301", "\U00031350", "\ue000"),  # noqa: RUF001
]


@pytest.mark.parametrize("name", REAL, ids=ascii)
def test_a_real_name_is_one(name: str) -> None:
    assert is_name(name)
    assert cleaned_name(name) == name


def test_no_name_has_control_characters_or_turns_around() -> None:
    assert len(CONTROLS) == 65
    for character in (*CONTROLS, *BIDI, "\u2028", "\u2029", "\ud800"):
        assert not is_name(f"a{character}b"), ascii(character)
        assert cleaned_name(f"a{character}b") in {"ab", "a b"}, ascii(character)


def test_text_has_tabs_and_lines_and_no_other_control_character() -> None:
    for character in (*CONTROLS, *BIDI, "\ud800"):
        assert is_printable(f"a{character}b") == (character in "\t\n\r"), ascii(character)
    assert is_printable("\u200f\u200c\u061c")


def test_what_nobody_sees_is_no_name() -> None:
    unseen = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in "CZM"]
    unseen = [each for each in unseen if unicodedata.category(each) not in {"Co", "Cn"}]
    for character in (*unseen, *FILLERS, "\u2800", "\U0001d159", "\ufdd0", "\uffff"):
        assert not is_visible(character * 3), ascii(character)
        assert cleaned_name(character) == "", ascii(character)
    assert not is_visible("")


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (" Ada\tK.\r\nByron ", "Ada K. Byron"),
        ("A\x00d\x1ba", "Ada"),
        ("\u202eadA\u202c", "adA"),
        ("\u2066\u3164\u2069", ""),
    ],
)
def test_a_name_is_cleaned(told: str, name: str) -> None:
    assert cleaned_name(told) == name
