"""The stored account of store credit."""

from __future__ import annotations

from typing import Final

from loyalty.ledger.items import Account, Entry
from loyalty.table import shards_of
from shared import ids
from shared.items.keys import customer_partition

CREDIT: Final = "CREDIT#"
# The list of credit that staff issued.
_ISSUED: Final = "ISSUED"
ISSUED_SHARDS: Final = shards_of(_ISSUED)


class CreditAccount(Account, discriminator="credit"):
    """One customer's store credit in one currency: `CUSTOMER#<id>` / `CREDIT#<currency>`; amounts in the minor unit.

    With `erased_at` it belongs to an erased person. With `merged_into` (a customer's id) it belongs to a merged
    customer. Both kinds are closed.
    """

    @classmethod
    def fresh(cls, customer_id: str, currency: str) -> CreditAccount:
        """A new empty account, not stored yet."""
        return cls(customer_partition(customer_id), f"{CREDIT}{currency}")

    @property
    def currency(self) -> str:
        return self.sk.removeprefix(CREDIT)

    @property
    def name(self) -> str:
        return f"{self.customer_id}#{self.currency}"


def list_issue(entry: Entry) -> None:
    """Let the list of issued credit show an entry, at the time of the issue: its cause may be of an older proposal.

    An erasure takes the entry from the list by the write that removes the reason.
    """
    entry.enlist(_ISSUED, entry.cause, ids.new_credit_id())


def currency_of(entry: Entry) -> str:
    """The currency of an entry's account."""
    return entry.account.rpartition("#")[2]
