"""The stored acts by which staff freeze an account and unfreeze it."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Self

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import UnicodeEnumAttribute

from loyalty.points.items import PointsAccount
from loyalty.table import LoyaltyItem
from shared.events.loyalty import FreezeReason
from shared.items.keys import customer_in
from shared.items.personal import DROP, Export, personal

FREEZE: Final = "FREEZE#"


class FreezeAct(LoyaltyItem, discriminator="freeze"):
    """`CUSTOMER#<id>` / `FREEZE#<number>`: one act, written once. The account counts the acts."""

    frozen = personal(BooleanAttribute(), "user.account", DROP)
    reason = personal(UnicodeEnumAttribute(FreezeReason, null=True), "user.account", DROP)
    # A note by staff, for staff alone.
    note = personal(UnicodeAttribute(null=True), "user.content.private", DROP)
    at = personal(UTCDateTimeAttribute(), "user.account", DROP)
    by = personal(UnicodeAttribute(), "user.unique_id", DROP, export=Export.LEFT_OUT)

    @classmethod
    def next_of(cls, account: PointsAccount, reason: FreezeReason | None, at: datetime, by: str) -> Self:
        """The act that changes whether the account is frozen; it counts in the account."""
        account.freezes = (account.freezes or 0) + 1
        key = f"{FREEZE}{account.freezes:06}"
        return cls(account.pk, key, frozen=account.is_frozen, reason=reason, at=at, by=by)

    @property
    def customer_id(self) -> str:
        return customer_in(self.pk)

    @property
    def number(self) -> int:
        return int(self.sk.removeprefix(FREEZE))
