"""The orders as the outside told them: what of their money stays with the shop, and what it may earn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from shared.events.foreign import Order as ToldOrder
from tests.simulation.loyalty.model.terms import SHOP_CURRENCY, Terms
from tests.simulation.scene import Facts, Scene
from tests.simulation.tables import Tables

_UNIT: Final = 100


@dataclass(frozen=True)
class Order:
    """An order that has earned. Money is in cents of the shop's currency, none if it was in another.

    `customers` are all whose it was told to be; `stays` is what earns of the money that stays, `money` all that stays.
    `firsts` is what earned in each of its forms. `month` is that of a birthday, or empty.
    """

    customers: frozenset[str]
    place: tuple[str, int]
    month: str
    stands: bool
    stays: int
    money: int
    firsts: tuple[int, ...]

    def points(self, terms: Terms, multiplier: Fraction) -> int:
        """What it may keep at the most: the money that stays times the rate, rounded down.

        Where the first points were rounded to the nearest, half a point of them grows with the money of an edit.
        """
        step = terms.step or 1
        rate = Fraction(terms.document["earning"]["points_per_unit"]) / (terms.step or _UNIT) * multiplier
        exact = self.stays // step * step * rate
        if terms.document["earning"]["rounding"] == "down" or not exact:
            return floor(exact)
        firsts = [first // step * step for first in self.firsts if first // step * step * rate >= Fraction(1, 2)]
        growth = max((Fraction(self.stays // step * step, first) for first in firsts), default=Fraction(1))
        return floor(exact + max(growth, Fraction(1)) / 2)


def orders_of(scene: Scene, tables: Tables) -> Iterator[Order]:
    """All orders that earned and are their customer's beyond doubt."""
    terms, births = scene.programme.terms, scene.books.birth_months
    told: dict[str, list[Mapping[str, Any]]] = {}
    for (order_id, _), version in scene.books.ledgers.told.items():
        if version.get("customer_id") and not version.get("waits"):
            told.setdefault(order_id, []).append(version)
    for entry in tables.of_kind("loyalty", "entry"):
        order_id = entry["cause"]
        if entry["sk"] == "EARN" and order_id in told:
            facts = scene.promises.orders.get(order_id) or _nameless(told[order_id][-1])
            customers = frozenset(version["customer_id"] for version in told[order_id])
            yield _order(facts, terms, births, customers, (entry["posted_at"], entry["seq"]))


def bought(scene: Scene) -> Iterator[tuple[str, str]]:
    """Customers and products of orders that were paid, in whatever currency and whether or not they earned."""
    for (order_id, _), version in scene.books.ledgers.told.items():
        facts = scene.promises.orders.get(order_id)
        if facts and facts.is_paid and version.get("customer_id"):
            forms = [facts.order, *facts.edits]
            yield from ((version["customer_id"], line.product_id) for form in forms for line in form.lines)


def _order(facts: Facts, terms: Terms, births: set[str], customers: frozenset[str], place: tuple[str, int]) -> Order:
    forms, now = [facts.order, *facts.edits], facts.now
    refunded = min(now.total, sum(facts.refunds.values()))
    money = 0 if facts.is_cancelled else now.total - refunded
    is_ours = now.currency == SHOP_CURRENCY
    month = terms.day_of(now.placed_at.isoformat())[:7]
    return Order(
        customers,
        place,
        month if month[5:] in births else "",
        money > 0,
        _earning(facts, terms, refunded) if money and is_ours else 0,
        money if is_ours else 0,
        tuple(_earning(Facts(form, facts.person), terms, 0) for form in forms),
    )


def _earning(facts: Facts, terms: Terms, refunded: int) -> int:
    """What earns of the money that stays of an order: refunds give back what they name, then goods, then the rest."""
    order = facts.now
    tax = min(order.tax, sum(part[0] for part in facts.parts.values()))
    shipping = min(order.shipping, sum(part[1] for part in facts.parts.values()))
    goods = order.total - order.tax - order.shipping
    earning = goods - _earning_nothing(order, terms, goods)
    unnamed = max(refunded - tax - shipping, 0)
    left = max(earning - unnamed, 0)
    if "shipping" in terms.parts:
        left += max(order.shipping - shipping - max(unnamed - goods, 0), 0)
    return left


def _earning_nothing(order: ToldOrder, terms: Terms, goods: int) -> int:
    nothing = {
        product
        for each in terms.document["earning"].get("multipliers", ())
        if not Fraction(each["factor"])
        for product in each.get("products", ())
    }
    whole = sum(line.amount for line in order.lines)
    out = sum(line.amount for line in order.lines if line.product_id in nothing)
    return ceil(Fraction(goods * out, whole)) if whole else 0


def _nameless(version: Mapping[str, Any]) -> Facts:
    """An order that was given its id by the service, as that told it."""
    order = ToldOrder(
        id=version["order_id"],
        placed_at=version["placed_at"],
        currency=version["currency"],
        total=version["total"],
    )
    return Facts(order, person=None)  # type: ignore[arg-type]  # nobody asks whose it is
