"""What the benefits of a tier, and a reward, take off a cart. Pure.

All amounts are in the minor unit of the shop's currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from loyalty.catalogue.rules import RewardKind
from loyalty.programme.tiers import DISCOUNTS, Benefit, BenefitKind
from shared.errors import InvalidError

_MONEY_OFF: Final = frozenset({RewardKind.DISCOUNT_CODE, RewardKind.FREE_SHIPPING})


class Applied(NamedTuple):
    """A benefit, and the amount that it takes off."""

    kind: BenefitKind
    amount: int


@dataclass(frozen=True)
class Cart:
    """The parts of a cart that benefits read, and the occasions on which it is bought."""

    goods: int
    shipping: int
    is_birthday: bool = False
    is_anniversary: bool = False

    def fits(self, benefit: Benefit) -> bool:
        """Whether the cart reaches the benefit's minimum, on its occasion."""
        occasions = {
            BenefitKind.BIRTHDAY_DISCOUNT: self.is_birthday,
            BenefitKind.ANNIVERSARY_DISCOUNT: self.is_anniversary,
        }
        return self.goods >= (benefit.minimum or 0) and occasions.get(benefit.kind, True)


def applied(benefits: Iterable[Benefit], cart: Cart) -> tuple[Applied, ...]:
    """What comes off the cart: the one discount that gives most, rounded down, and the shipping if that is free.

    Discounts do not add up. A benefit that takes nothing off is left out.
    """
    fitting = [benefit for benefit in benefits if cart.fits(benefit)]
    discounts = [each for each in fitting if each.kind in DISCOUNTS]
    best = max(discounts, key=lambda each: each.percent or 0, default=None)
    off = [Applied(best.kind, cart.goods * (best.percent or 0) // 100)] if best else []
    if any(each.kind is BenefitKind.FREE_SHIPPING for each in fitting):
        off.append(Applied(BenefitKind.FREE_SHIPPING, cart.shipping))
    return tuple(each for each in off if each.amount)


def reward_off(kind: RewardKind, value: int | None, *, left: int, shipping: int) -> int:
    """What a reward takes off a cart of which so much is `left` to pay, and so much of that is shipping.

    A gift takes nothing off: it goes with the order. Raises InvalidError naming `use.reward` for another reward that
    would take nothing off.
    """
    if kind not in _MONEY_OFF:
        return 0
    off = min(shipping if kind is RewardKind.FREE_SHIPPING else value or 0, left)
    if not off:
        raise InvalidError.of("use.reward", "It takes nothing off this cart")
    return off
