"""Cards of those who register."""

from __future__ import annotations

import pytest

from loyalty.cards import usecases
from loyalty.cards.rules import is_valid
from loyalty.ledger import store
from loyalty.ledger.items import Account
from shared.events import Tier
from tests.integration.loyalty.shop import ADA, BOB, account, get, hear, order, points, registration, told_of


def test_a_customer_who_registers_gets_a_card_and_an_account() -> None:
    assert hear(registration()) == 0
    card = get(f"/api/customers/{ADA}/card", by=ADA).json_body
    assert is_valid(card["number"])
    assert (card["tier"], card["balance"], card["member_since"]) == (Tier.BRONZE, 0, "2026-01-31T12:00:00Z")
    assert told_of("CardIssued") == [{"customer_id": ADA, "card_number": card["number"]}]


def test_a_guest_who_registers_keeps_the_points() -> None:
    hear(order(), registration())
    assert points() == [293]
    assert get(f"/api/customers/{ADA}/card").json_body["balance"] == 293


def test_a_guest_has_no_card() -> None:
    hear(order())
    assert get(f"/api/customers/{ADA}/card").status_code == 404


def test_a_registration_heard_twice_gives_one_card() -> None:
    hear(registration(), registration())
    assert len(told_of("CardIssued")) == 1


def test_a_registration_heard_twice_at_once_gives_one_card(monkeypatch: pytest.MonkeyPatch) -> None:
    read = store.account_of

    def read_then_lose(customer_id: str) -> Account:
        found = read(customer_id)
        monkeypatch.setattr(store, "account_of", read)
        hear(registration())
        return found

    monkeypatch.setattr(store, "account_of", read_then_lose)
    assert hear(registration()) == 0
    assert [card["card_number"] for card in told_of("CardIssued")] == [account().card_number]


def test_a_number_that_is_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["402938475614", "402938475614", "402938475622"])
    monkeypatch.setattr(usecases, "new_number", lambda _: next(drawn))
    assert hear(registration(), registration(BOB)) == 0
    assert (account().card_number, account(BOB).card_number) == ("402938475614", "402938475622")
