"""Decides which values may enter a template."""

from __future__ import annotations

import re
from typing import Final

# A link, an address or markup in place of a name: somebody registers a stranger's address, so that we mail the link.
_NO_NAME: Final = re.compile(r"[/:@<>{}|\\]|\w\.\w{2}|www", re.IGNORECASE)
# No greeting uses a longer name. A profile allows 100 characters.
_LONGEST_GREETED: Final = 40


def name_to_greet(first_name: str | None) -> str | None:
    """The first name on one line, or None if it is missing or unfit for a greeting."""
    name = " ".join((first_name or "").split())
    if not name or len(name) > _LONGEST_GREETED or _NO_NAME.search(name):
        return None
    return name
