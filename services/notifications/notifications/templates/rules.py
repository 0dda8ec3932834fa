"""Decides which values may enter a template."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from shared.money import exponent
from shared.text import is_name

# A link, an address or markup in place of a name: somebody registers a stranger's address, so that we mail the link.
# Browsers take the full stop of Chinese (U+3002) for a dot, and some signs look like a slash or a colon.
_NO_NAME: Final = re.compile(r"[/:@<>{}|\\\u2044\u2215\u29f8\u2236\ua789]|\w[.\u3002]\w{2}|www", re.IGNORECASE)
# So many digits are a telephone number, an amount of money or a code.
_MOST_DIGITS: Final = 2
_WORD: Final = re.compile(r"[^\W\d_]+")
# What people call money beside its codes.
_MONEY: Final = frozenset({"buck", "cent", "dollar", "euro", "franc", "peso", "pound", "rupee", "yen", "yuan"})
# What does not change how a name reads to somebody who follows a link: joiners and other format characters, accents.
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me"})
# No greeting uses a longer name. A profile allows 100 characters.
_LONGEST_GREETED: Final = 40


def name_to_greet(first_name: str | None) -> str | None:
    """The first name on one line, or None if it is missing or unfit for a greeting."""
    name = " ".join((first_name or "").split())
    if not is_name(name) or len(name) > _LONGEST_GREETED:
        return None
    seen = _as_seen(name)
    return None if _NO_NAME.search(seen) or _is_number_or_amount(seen) else name


def _as_seen(name: str) -> str:
    """The name in the plain characters that it looks like (NFKC), without what nobody sees and without accents."""
    seen = unicodedata.normalize("NFKD", name)
    return unicodedata.normalize("NFKC", "".join(each for each in seen if unicodedata.category(each) not in _UNSEEN))


def _is_number_or_amount(name: str) -> bool:
    digits = sum(each.isdigit() for each in name)
    if digits > _MOST_DIGITS or any(unicodedata.category(each) == "Sc" for each in name):
        return True
    return digits > 0 and any(_is_money(word) for word in _WORD.findall(name))


def _is_money(word: str) -> bool:
    """Whether a word is the code of a currency, or the name of one."""
    if word.lower() in _MONEY or word.lower().removesuffix("s") in _MONEY:
        return True
    try:
        return exponent(word.upper()) is not None
    except ValueError:
        return False
