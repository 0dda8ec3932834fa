"""The store credit that staff issued."""

from __future__ import annotations

from loyalty.credit.items import ISSUED_SHARDS
from loyalty.desk.models import IssuedCreditView
from loyalty.desk.pages import find_in_order, rows_of, with_owners
from loyalty.ledger.items import Entry
from shared.http import Page, PageQuery


def list_issued_credit(query: PageQuery, after: str | None) -> Page[IssuedCreditView]:
    """A page of all credit that staff issued, the newest first."""
    rows = rows_of(Entry.listed, Entry.due_at, ISSUED_SHARDS, after=after, limit=query.limit)
    issues = with_owners(find_in_order(Entry, rows.keys))
    shown = [IssuedCreditView.of(entry, owner.customer_id) for entry, owner in issues]
    return Page.of(shown, rows.next_position)
