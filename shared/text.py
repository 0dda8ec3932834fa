"""What text may hold: no control characters, nothing that turns its direction around, and a name something to see."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Overrides, embeddings and isolates of direction (UAX 9): a text with one of them reads otherwise than it is stored.
# Marks of direction (U+200E, U+200F, U+061C) only help Hebrew and Arabic, so they may stay.
_BIDI: Final = "\u202a-\u202e\u2066-\u2069"
# Unicode's control characters but tab and line ends, and halves of surrogate pairs, which no UTF-8 can hold.
_UNPRINTABLE: Final = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI}\ud800-\udfff]")
# A name is one line.
_NOT_IN_NAMES: Final = re.compile(rf"[\x00-\x1f\x7f-\x9f{_BIDI}\u2028\u2029\ud800-\udfff]")
# Separators, format characters and marks without a letter are not seen. Of other categories these are blank: fillers of
# Hangul, a braille cell without dots, a note without a head, and code points that stand for nothing.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"})
_BLANK: Final = re.compile(
    "[\u115f\u1160\u3164\uffa0\u2800\U0001d159\u2065\ufff0-\ufff8\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff]"
)


def is_printable(text: str) -> bool:
    """Whether a text has no control characters but tabs and line ends, and nothing that overrides its direction."""
    return not _UNPRINTABLE.search(text)


def is_name(text: str) -> bool:
    """Whether a text can be a name: one line, printable, with something to see. Its joiners and marks may stay."""
    return not _NOT_IN_NAMES.search(text) and is_visible(text)


def is_visible(text: str) -> bool:
    """Whether anything of a text is seen. Code points that Unicode has not assigned yet may be somebody's letters."""
    return any(unicodedata.category(each) not in _UNSEEN and not _BLANK.match(each) for each in text)


def cleaned_name(text: str) -> str:
    """The text without what no name has; empty if nothing of it is seen."""
    printable = _NOT_IN_NAMES.sub(lambda found: " " if found[0].isspace() else "", text)
    return " ".join(printable.split()) if is_visible(printable) else ""
