"""Points that end on their very day: what that costs after a year, of those who buy daily and those who buy weekly."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from loyalty.ledger.rules import earn
from loyalty.points import store
from loyalty.points.rules import lot_for
from loyalty.points.tier_rules import requalify
from loyalty.programme.usecases import current_programme
from shared.items.table import Put, commit
from tests.harness import people
from tests.harness.orders import paid
from tests.meter.scenario.loyalty.spending import accounts_due
from tests.meter.scenario.shop import Shop

_TEN: Final = 10
_YEAR: Final = 365
# What an order of ordinary size earns in the highest tier.
_POINTS: Final = sum(people.LATER) * 15 // 100
_HEARS: Final = "loyalty hears OrderRecorded"
_REDEMPTIONS: Final = "/api/customers/{customer_id}/redemptions"


def buy_for_a_year(shop: Shop) -> None:
    """The worst case, a lot for each day, and an ordinary one."""
    shop.change_programme({"expiry": {"exact_days": True}})
    for often, every, first in (("daily", 1, 200), ("weekly", 7, 220)):
        customers = {n: shop.sign_up(people.registration(n)) for n in range(first, first + _TEN)}
        shop.house.settle()
        today = shop.house.day.now().date()
        bought = [today - timedelta(days=_YEAR - day) for day in range(0, _YEAR, every)]
        for customer_id in customers.values():
            _have_bought(customer_id, bought)
        _measure(shop, customers, f"exact days, after a year of {often} orders")


def _have_bought(customer_id: str, days: list[date]) -> None:
    """Let the account be as orders of these days leave it, without them: no operation would read them."""
    account, terms = store.existing_account(customer_id), store.terms_now()
    balances, tiers = account.balances, account.tiers
    for day in days:
        balances = earn(balances, _POINTS, lot_for(day, terms.programme.expiry)).after
        tiers = requalify(tiers, _POINTS, day, day, terms.programme.tiers)
    account.set_tier(tiers)
    account.warned_on = terms.today - timedelta(days=1)  # the job has come by every day until today
    account.set_balances(balances, terms, terms.now)
    commit(Put(account))


def _measure(shop: Shop, customers: dict[int, str], case: str) -> None:
    shop.house.run("loyalty", "expire")  # the account carries the warnings of a morning, as it does on any day
    shop.house.settle()
    current_programme(shop.house.day.now())
    with shop.house.measured() as block:
        shop.house.send(*(paid(shop.order(people.buyer(n, each))) for n, each in customers.items()))
        shop.house.settle()
    shop.found.keep(block, _HEARS, case)
    with shop.house.measured() as block:
        for customer_id in customers.values():
            _redeem(shop, customer_id, 25)
        shop.house.settle()
    shop.found.keep(block, f"loyalty POST {_REDEMPTIONS}", case)
    _let_a_lot_expire(shop, case)
    _rest(shop, customers)


def _let_a_lot_expire(shop: Shop, case: str) -> None:
    """A day later the oldest lot is over. Who buys daily is warned of two others on the same day, as on any day."""
    shop.house.day.pass_days(1)
    now = shop.house.day.now()
    assert accounts_due(now) == _TEN
    current_programme(now)
    shop.run_due("loyalty", "expire", _TEN, case)


def _rest(shop: Shop, customers: dict[int, str]) -> None:
    """They spend all they have, and once the job has seen that, time does nothing to them any more."""
    for customer_id in customers.values():
        _redeem(shop, customer_id, store.existing_account(customer_id).available)
    shop.house.day.pass_days(1)
    shop.house.run("loyalty", "expire")
    shop.house.settle()


def _redeem(shop: Shop, customer_id: str, points: int) -> None:
    key = {"Idempotency-Key": f"exact-days-{points}-{customer_id}"}
    shop.call("POST", _REDEMPTIONS.format(customer_id=customer_id), "storefront", {"points": points}, key)
