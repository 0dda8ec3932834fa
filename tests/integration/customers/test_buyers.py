"""Whom an order belongs to, also where the buyer is erased between two reads."""

from __future__ import annotations

import json

import pytest

from customers.accounts import models
from customers.accounts.items import ProfileItem
from customers.accounts.store import find_account
from customers.emails.store import find_holder
from customers.orders import buyers
from customers.orders.rules import Totals
from customers.orders.store import find_order
from shared.events.foreign import Buyer
from shared.items.table import LostRaceError, Put, commit
from tests.harness.logs import captured_logs
from tests.harness.orders import EMAIL, NOON, order, placed
from tests.integration.customers.desk import NOBODY_KNOWN, customer_of, erasure, hear, read, register


def erase(customer_id: str) -> None:
    hear(erasure(customer_id))
    assert not isinstance(find_account(customer_id), ProfileItem)


def test_a_guest_has_the_names_that_the_order_gives() -> None:
    hear(placed(order(buyer=Buyer(email=EMAIL, first_name="Ada", last_name="Byron"))))
    guest = read(customer_of() or "").json
    assert (guest["email"], guest["first_name"], guest["last_name"]) == (EMAIL, "Ada", "Byron")


def test_only_a_buyer_who_is_not_here_is_worth_a_warning() -> None:
    ada = register().json["id"]
    with captured_logs() as logs:
        assert buyers.resolve_owner(None, Buyer(id=ada), "USD").customer_id == ada
        assert buyers.resolve_owner(None, Buyer(), "USD") == buyers.NOBODY
        assert logs.getvalue() == ""
        assert buyers.resolve_owner(None, Buyer(id=NOBODY_KNOWN), "USD") == buyers.NOBODY
    line = json.loads(logs.getvalue())
    assert (line["level"], line["customer_id"]) == ("WARNING", NOBODY_KNOWN)


def test_a_first_order_is_counted_only_while_the_profile_is_there() -> None:
    ada = register().json["id"]
    owner = buyers.resolve_owner(None, Buyer(id=ada), "USD")
    assert owner.stats
    owner.stats.keep(Totals(1, 0, NOON, NOON))
    erase(ada)
    with pytest.raises(LostRaceError):
        commit(Put(owner.stats), *owner.beside)


def test_a_buyer_who_is_erased_once_the_e_mail_is_read_is_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = register().json["id"]
    holder = find_holder(EMAIL)
    erase(ada)
    monkeypatch.setattr(buyers, "find_holder", lambda _: holder)
    with pytest.raises(LostRaceError):
        buyers.resolve_owner(None, Buyer(email=EMAIL), "USD")
    with pytest.raises(LostRaceError):
        buyers.find_buyer(Buyer(email=EMAIL))
    monkeypatch.setattr(buyers, "find_account", lambda _: None)
    with pytest.raises(LostRaceError):
        buyers.resolve_owner(None, Buyer(email=EMAIL), "EUR")


def test_a_customer_whose_stats_are_not_here_yet_is_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(placed(order()))
    found = buyers.OrderItem.get("ORDER#o-1", "ORDER")
    monkeypatch.setattr(buyers, "find_stats", lambda *_: None)
    with pytest.raises(LostRaceError):
        buyers.resolve_owner(found, Buyer(), "USD")


def test_an_address_of_before_the_rule_still_finds_its_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    old = f"{'x' * 65}@example.com"
    with monkeypatch.context() as before:
        before.setattr(models, "is_mailable", lambda _: True)
        ada = register(old).json["id"]
    hear(placed(order(buyer=Buyer(email=old))))
    assert customer_of() == ada
    found = find_order("o-1")
    assert found
    assert found.notes is None
