"""The account of store credit as it is stored."""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from loyalty.ledger.items import Account, Entry
from shared.keys import customer_partition
from shared.personal import Export, Ground, keep, personal, plain

CREDIT: Final = "CREDIT#"


class CreditAccount(Account, discriminator="credit"):
    """One customer's store credit in one currency: `CUSTOMER#<id>` / `CREDIT#<currency>`; amounts in the minor unit.

    With `erased_at` it is what is left of an erased person's; with `merged_into` (a customer's id) that of a customer
    who is another's.
    """

    merged_into = personal(
        UnicodeAttribute(null=True), "user.unique_id.pseudonymous", keep(Ground.SUPPRESSION), export=Export.LEFT_OUT
    )
    erased_at = plain(UTCDateTimeAttribute(null=True))

    @classmethod
    def fresh(cls, customer_id: str, currency: str) -> CreditAccount:
        """An account with nothing in it, not stored yet."""
        return cls(customer_partition(customer_id), f"{CREDIT}{currency}")

    @property
    def currency(self) -> str:
        """The currency that it is in."""
        return self.sk.removeprefix(CREDIT)

    @property
    def name(self) -> str:
        return f"{self.customer_id}#{self.currency}"

    @property
    def is_closed(self) -> bool:
        """Whether nothing is posted to it any more."""
        return self.erased_at is not None or self.merged_into is not None


def currency_of(entry: Entry) -> str:
    """The currency of the account that an entry is in."""
    return entry.account.rpartition("#")[2]
