"""What may go into a template."""

from __future__ import annotations

import re
from typing import Final

# A link, an address or markup in place of a name: someone registers a stranger's address to have us mail it to them.
_NO_NAME: Final = re.compile(r"[/:@<>{}|\\]|\w\.\w{2}|www", re.IGNORECASE)
# Longer than names one greets with; 100 characters are allowed in a profile.
_LONGEST_GREETED: Final = 40


def name_to_greet(first_name: str | None) -> str | None:
    """The first name on one line, or None where there is none that a shop would want to have written."""
    name = " ".join((first_name or "").split())
    if not name or len(name) > _LONGEST_GREETED or _NO_NAME.search(name):
        return None
    return name
