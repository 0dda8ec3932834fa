"""The store credit that staff issued."""

from __future__ import annotations

from loyalty.credit.items import ISSUED_SHARDS
from loyalty.desk.models import IssuedCreditView
from loyalty.desk.pages import find_in_order, owners_of, rows_of
from loyalty.ledger.items import Entry
from shared.http import Page, PageQuery


def list_issued_credit(query: PageQuery, after: str | None) -> Page[IssuedCreditView]:
    """A page of all credit that staff issued, the newest first."""
    rows = rows_of(Entry.listed, Entry.due_at, ISSUED_SHARDS, after=after, limit=query.limit)
    entries = find_in_order(Entry, rows.keys)
    # An erasure strips entries after it has ended the account.
    owners = owners_of(entry.customer_id for entry in entries)
    shown = [
        IssuedCreditView.of(entry, owners[entry.customer_id].customer_id)
        for entry in entries
        if entry.customer_id in owners
    ]
    return Page.of(shown, rows.next_position)
