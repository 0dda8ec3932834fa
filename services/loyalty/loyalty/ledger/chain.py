"""The hash chain: each entry carries the hash of the entry before it; the account carries the newest hash.

So nobody can change, remove or insert an entry unnoticed: every later hash would differ. A hash covers an entry's facts
and results but no words of staff, so an erasure of such words breaks no chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

# The hash before an account's first entry.
GENESIS: Final = bytes(32)


def hash_of(previous: bytes, facts: Mapping[str, Any]) -> bytes:
    """SHA-256 (32 bytes) of the hash before and an entry's facts, as JSON with sorted names and no spaces."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(previous + text.encode()).digest()
