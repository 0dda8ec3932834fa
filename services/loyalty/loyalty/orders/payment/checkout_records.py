"""A checkout as its ledger entries state it, at `CHECKOUT#<name>` / `<version>#HOLD` and so on.

They are its only record. Versions have six digits, so the newest sorts last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from loyalty.catalogue.held import HeldReward
from loyalty.ledger.attributes import read_moment
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import Entry

HOLD: Final = "HOLD"
END: Final = "END"
# Spent by a payment that came when the hold had ended.
LATE: Final = "LATE"
_CREDIT: Final = ".credit"
# A version has at most these three entries of points, and as many of credit.
_MOST_ENTRIES: Final = 6


class CheckoutState(StrEnum):
    """What became of a checkout."""

    HELD = "held"
    # The payment of its order spent what it used.
    CAPTURED = "captured"
    # Somebody ended it, or its order was cancelled.
    RELEASED = "released"
    # Its time is over. The next change of the cart holds again.
    EXPIRED = "expired"


@dataclass(frozen=True)
class Part:
    """What a checkout uses of one account, points or credit: the entry that held it, and those of what followed."""

    held: Entry
    end: Entry | None = None
    late: Entry | None = None

    @property
    def hold_id(self) -> str:
        return str(self.held.fact("hold"))

    @property
    def amount(self) -> int:
        """The points, or the credit in the minor unit, that were set aside."""
        return int(self.held.fact("uses"))

    @property
    def spending(self) -> Entry | None:
        """The entry that spent it."""
        return self.late or (self.end if self.end and self.end.entry_kind is EntryKind.CAPTURED else None)

    @property
    def captured(self) -> int:
        return -self.spending.amount if self.spending else 0

    @property
    def missing(self) -> int:
        """What was not there any more when the order was paid."""
        return self.amount - self.captured if self.spending else 0


@dataclass(frozen=True)
class Checkout:
    """The newest version of a checkout. `points` is always there, if only with 0 points; `credit` if it is used."""

    points: Part
    credit: Part | None

    @property
    def id(self) -> str:
        return str(self._facts["id"])

    @property
    def account(self) -> str:
        """The account's name in the entries: the id of the customer, or of one merged into them."""
        return self.points.held.account

    @property
    def version(self) -> int:
        return int(self.points.held.sk[:6])

    @property
    def maker(self) -> str:
        """The kind of caller who made it: `machine` (the storefront), `customer` or `staff`."""
        return str(self._facts["maker"])

    @property
    def total(self) -> int:
        return int(self._facts["total"])

    @property
    def currency(self) -> str:
        return str(self._facts["currency"])

    @property
    def reward(self) -> HeldReward | None:
        """The reward that it uses. Its price is among the points that the part has."""
        written = self._facts.get("reward")
        return HeldReward(*written) if written else None

    @property
    def claim_id(self) -> str | None:
        """The claim of the reward, once the order is paid; None if the reward was gone by then."""
        spending = self.points.spending
        return spending.fact("claim") if spending else None

    @property
    def used_points(self) -> int:
        """The points that pay, without the price of the reward."""
        return self.points.amount - (self.reward.points if self.reward else 0)

    @property
    def captured_points(self) -> int:
        """Those of them that the payment spent. The price of a claimed reward is spent first."""
        price = self.reward.points if self.reward and self.claim_id else 0
        return min(self.points.captured - price, self.used_points)

    @property
    def value(self) -> int:
        """What the points used pay, in the minor unit, without what the reward takes off."""
        return int(self.points.held.fact("value") or 0) - (self.reward.off if self.reward else 0)

    @property
    def remaining(self) -> int:
        """What is left to pay, in the minor unit."""
        off = self.discount + (self.reward.off if self.reward else 0)
        return self.total - off - self.value - (self.credit.amount if self.credit else 0)

    @property
    def benefits(self) -> list[tuple[str, int]]:
        """The kinds of the tier's benefits that it uses, and what each takes off the total, in the minor unit."""
        return [(kind, int(amount)) for kind, amount in self._facts.get("benefits") or ()]

    @property
    def discount(self) -> int:
        """What the tier's benefits take off the total, in the minor unit."""
        return sum(amount for _, amount in self.benefits)

    @property
    def until(self) -> datetime:
        return read_moment(self.points.held.fact("until"))

    @property
    def order_id(self) -> str | None:
        """The order that spent it."""
        spending = self.points.spending
        return str(spending.fact("order")) if spending else None

    def state(self, *, is_open: bool) -> CheckoutState:
        """What became of it. `is_open` says that its hold is on the account, and not over."""
        if self.points.spending:
            return CheckoutState.CAPTURED
        if is_open:
            return CheckoutState.HELD
        end = self.points.end
        return CheckoutState.RELEASED if end and not end.fact("ran_out") else CheckoutState.EXPIRED

    @property
    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = self.points.held.fact("checkout")
        return facts


def find_checkout(name: str) -> Checkout | None:
    """The newest version of a checkout, read consistently."""
    found = Entry.query(f"CHECKOUT#{name}", consistent_read=True, scan_index_forward=False, limit=_MOST_ENTRIES)
    entries = list(found)
    newest = {entry.sk: entry for entry in entries if entry.sk[:6] == entries[0].sk[:6]}
    held = {sk: entry for sk, entry in newest.items() if sk.endswith(f"#{HOLD}")}
    points = next((_part(sk, newest) for sk in held if _CREDIT not in sk), None)
    credit = next((_part(sk, newest) for sk in held if _CREDIT in sk), None)
    return Checkout(points, credit) if points else None


def _part(held: str, entries: dict[str, Entry]) -> Part:
    stem = held.removesuffix(HOLD)
    return Part(entries[held], entries.get(f"{stem}{END}"), entries.get(f"{stem}{LATE}"))
