"""Whom a buyer is among those who are here, and whether an order is somebody else's."""

from __future__ import annotations

import pytest

from customers.accounts.items import ProfileItem
from customers.accounts.models import Source
from customers.emails.store import SK, EmailItem
from customers.emails.waiting import Waits
from customers.orders import buyers
from customers.orders.items import OrderItem, StatsItem
from customers.orders.rules import mark_of
from shared.events.foreign import Buyer
from shared.items.table import Check
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
    monkeypatch.setattr(buyers, "email_key", "key of {}".format)
    monkeypatch.setattr(buyers, "held_by", lambda who, email: EmailItem(f"EMAIL#{email}", SK, customer_id=who))


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


@pytest.mark.parametrize(
    ("registered", "verified", "by_email", "waits"),
    [(False, False, True, False), (False, True, False, False), (True, True, False, False), (True, False, True, True)],
)
@pytest.mark.parametrize("with_stats", [False, True])
def test_what_an_unverified_e_mail_alone_names_is_in_doubt_and_waits_for_a_registered_customer(
    monkeypatch: pytest.MonkeyPatch, *, with_stats: bool, registered: bool, verified: bool, by_email: bool, waits: bool
) -> None:
    profile = ProfileItem.new(ADA, Source.ORDER, NOON)
    profile.version, profile.email, profile.email_verified = 3, EMAIL, verified
    profile.registered_at = NOON if registered else None
    stats = StatsItem.new(ADA, "USD") if with_stats else None
    monkeypatch.setattr(buyers, "find_account", {ADA: profile}.get)
    monkeypatch.setattr(buyers, "find_stats", lambda who, currency: stats if (who, currency) == (ADA, "USD") else None)
    owner = buyers.resolve_owner(None, Buyer(email=EMAIL), "USD")
    assert (owner.customer_id, owner.by_email, owner.waits) == (
        ADA,
        by_email,
        Waits(f"key of {EMAIL}", 3) if waits else None,
    )
    assert len(owner.beside) == (1 if waits or not with_stats else 0)
    assert all(isinstance(check, Check) for check in owner.beside)
    if with_stats:
        assert owner.stats is stats


def test_a_buyer_with_a_new_address_is_made_a_guest_and_one_without_any_is_noted() -> None:
    new = buyers.resolve_owner(None, Buyer(email="new@example.com"), "USD")
    assert (new.by_email, len(new.beside), new.notes) == (True, 2, ())
    without = buyers.resolve_owner(None, Buyer(email="no address"), "USD")
    assert (without.by_email, len(without.beside), without.notes) == (False, 1, (buyers.NO_ADDRESS,))
    assert not buyers.resolve_owner(None, Buyer(id=ADA), "USD").by_email


def test_an_order_that_was_in_doubt_is_beyond_it_once_its_id_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buyers, "find_stats", lambda who, _: StatsItem.new(who, "USD"))
    order = OrderItem("ORDER#o-1", "ORDER", customer_id=ADA, by_email=True)
    assert buyers.resolve_owner(order, Buyer(email=EMAIL), "USD").by_email
    by_id = buyers.resolve_owner(order, Buyer(id=ADA), "USD")
    assert (by_id.customer_id, by_id.by_email, by_id.beside) == (ADA, False, ())
    assert buyers.is_named_now(order, Buyer(id=ADA))
    assert not buyers.is_named_now(order, Buyer(id=BEN))
    assert not buyers.is_named_now(OrderItem("ORDER#o-1", "ORDER"), Buyer())
