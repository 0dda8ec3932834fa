"""Customers who turned out to be somebody else: the survivor's id, by the merged one."""

from __future__ import annotations

from typing import Final, Self

from pynamodb.attributes import UnicodeAttribute

from privacy.table import PrivacyItem
from shared.items.keys import customer_partition
from shared.items.personal import Export, Ground, keep, personal
from shared.items.table import find

_SK: Final = "MERGED"


class MergedCustomer(PrivacyItem, discriminator="merged_customer"):
    """`CUSTOMER#<merged id>` / `MERGED`: the id leads to the survivor for good."""

    survivor_id = personal(
        UnicodeAttribute(), "user.unique_id.pseudonymous", keep(Ground.SUPPRESSION), export=Export.LEFT_OUT
    )

    @classmethod
    def of(cls, merged_id: str, survivor_id: str) -> Self:
        """A new item: it cannot be stored twice."""
        return cls(customer_partition(merged_id), _SK, survivor_id=survivor_id)


def survivor_of(customer_id: str) -> str:
    """The id under which the person is known: the survivor's of a merged customer, else the same."""
    merged = find_merged(customer_id)
    return merged.survivor_id if merged else customer_id


def find_merged(customer_id: str) -> MergedCustomer | None:
    """What says that the customer was merged, or None."""
    return find(MergedCustomer, customer_partition(customer_id), _SK)
