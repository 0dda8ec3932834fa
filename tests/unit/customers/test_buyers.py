"""Whom a buyer is among those who are here, and whether an order is somebody else's."""

from __future__ import annotations

import pytest

from customers.accounts.items import ProfileItem
from customers.accounts.models import Source
from customers.emails.store import SK, EmailItem
from customers.orders import buyers
from customers.orders.items import OrderItem
from customers.orders.rules import mark_of
from shared.events.foreign import Buyer
from tests.harness.logs import captured_logs
from tests.harness.orders import EMAIL, NOON

ADA, BEN, NOBODY = (f"cus_01HZX3Q7V8M4N5P6R7S8T9W0A{last}" for last in "ABC")
BENS = "ben@example.com"


@pytest.fixture(autouse=True)
def _two_are_here(monkeypatch: pytest.MonkeyPatch) -> None:
    profiles = {customer_id: ProfileItem.new(customer_id, Source.ORDER, NOON) for customer_id in (ADA, BEN)}
    holders = {
        email: EmailItem(f"EMAIL#{email}", SK, customer_id=customer_id)
        for email, customer_id in ((EMAIL, ADA), (BENS, BEN))
    }
    monkeypatch.setattr(buyers, "find_account", profiles.get)
    monkeypatch.setattr(buyers, "find_holder", holders.get)
    monkeypatch.setattr(buyers, "find_stats", lambda *_: None)


@pytest.mark.parametrize(
    ("buyer", "customer_id"),
    [
        (Buyer(), None),
        (Buyer(id=ADA), ADA),
        (Buyer(email=EMAIL), ADA),
        (Buyer(id=ADA, email=BENS), ADA),
        (Buyer(id=NOBODY, email=BENS), BEN),
        (Buyer(id=NOBODY), None),
        (Buyer(email="no address"), None),
    ],
)
def test_a_buyer_is_found_by_id_and_else_by_e_mail(buyer: Buyer, customer_id: str | None) -> None:
    found = buyers.find_buyer(buyer)
    assert (found and found.customer_id) == customer_id


@pytest.mark.parametrize(
    ("buyer", "customer_id", "is_warned"),
    [
        (Buyer(), None, False),
        (Buyer(id=ADA), ADA, False),
        (Buyer(id=ADA, email=BENS), ADA, False),
        (Buyer(email=EMAIL), ADA, False),
        (Buyer(id=NOBODY, email=BENS), BEN, False),
        (Buyer(id=NOBODY), None, True),
    ],
)
def test_a_first_event_finds_its_owner_so_and_warns_of_an_id_that_is_not_here(
    buyer: Buyer, customer_id: str | None, *, is_warned: bool
) -> None:
    with captured_logs() as logs:
        assert buyers.resolve_owner(None, buyer, "USD").customer_id == customer_id
    assert bool(logs.getvalue()) is is_warned


@pytest.mark.parametrize(
    ("owner", "buyer", "is_other"),
    [
        (None, Buyer(id=BEN), False),
        (ADA, Buyer(id=ADA, email=BENS), False),
        (ADA, Buyer(), False),
        # As first told.
        (BEN, Buyer(email=EMAIL), False),
        (ADA, Buyer(id=NOBODY, email=EMAIL), False),
        (ADA, Buyer(email=BENS), True),
        (ADA, Buyer(id=BEN, email=EMAIL), True),
        (ADA, Buyer(id=NOBODY), True),
    ],
)
def test_an_order_is_somebody_elses_unless_the_buyer_is_its_owner_or_as_first_told(
    owner: str | None, buyer: Buyer, *, is_other: bool
) -> None:
    order = OrderItem("ORDER#o-1", "ORDER", customer_id=owner, buyer_mark=mark_of("o-1", Buyer(email=EMAIL)))
    assert buyers.is_other_buyer(order, buyer) is is_other
