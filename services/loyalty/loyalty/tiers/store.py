"""Finding the entries that changed a tier."""

from __future__ import annotations

from typing import Final

from pynamodb.expressions.operand import Path

from loyalty.ledger.items import Entry

# Few entries change a tier: many are looked through in one call, whatever is asked for.
_PAGE: Final = 500


def changes_of(account: str, *, before: int | None, limit: int) -> list[Entry]:
    """At most `limit` entries below `before` after which an account's tier was another, newest first."""
    numbered = Entry.seq < before if before is not None else None
    is_change = Path("tier") != Path("tier_before")
    found = Entry.by_account.query(account, numbered, is_change, scan_index_forward=False, limit=limit, page_size=_PAGE)
    return list(found)
