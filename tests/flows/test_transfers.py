"""Points go from one customer to another by a code that is in the sender's mail alone."""

from __future__ import annotations

import re

from tests.flows.mails import mails_to
from tests.flows.shop import ADA, order, paid, placed, points, register, verify
from tests.harness.house import House
from tests.harness.logs import captured_logs

BOB = "bob@example.com"


def shop_with_transfers(house: House) -> tuple[str, str]:
    """Ada, who has 500 points, and Bob, who has none."""
    programme = house.call("GET", "/api/loyalty/presets/classic", by="admin").json["programme"]
    body = {"programme": programme | {"transfers": {"allowed": True, "account_days": 0}}}
    put = house.call("PUT", "/api/loyalty/programme", by="admin", body=body, headers={"If-Match": '"0"'})
    assert put.status == 200, put.text
    ada, bob = register(house, marketing=False), register(house, BOB, marketing=False, first_name="Bob")
    house.settle()
    verify(house, ada)
    one = order("A-1", 5_000, customer_id=ada)
    house.send(placed(one), paid(one))
    house.settle()
    return ada, bob


def test_points_are_sent_by_the_code_of_a_mail_and_both_are_told(house: House) -> None:
    ada, bob = shop_with_transfers(house)
    card = house.call("GET", f"/api/customers/{bob}/card", by=bob).json["number"]
    path, key = f"/api/customers/{ada}/transfers", {"Idempotency-Key": "k"}
    with captured_logs() as lines:
        made = house.call("POST", path, by=ada, body={"card_number": card, "points": 200}, headers=key)
        assert made.status == 201, made.text
        house.settle()
        [mail] = mails_to(ADA)
        assert mail.subject == "Your code for sending 200 points at our shop"
        [code] = re.findall(r"\d{4} \d{4}", mail.html)
        confirmed = house.call("POST", f"{path}/{made.json['id']}/confirm", by=ada, body={"code": code})
        assert confirmed.status == 200, confirmed.text
        house.settle()
    assert (points(house, ada)["available"], points(house, bob)["available"]) == (300, 200)
    assert [each.subject for each in mails_to(ADA)][1:] == ["You have sent 200 points at our shop"]
    [received] = mails_to(BOB)
    assert received.subject == "You have received 200 points at our shop"
    # Nobody but the mail and its event has the code, and neither customer reads of the other.
    assert code.replace(" ", "") not in lines.getvalue() + house.everything_stored()
    assert "Ada" not in received.html
    assert house.all_dead() == {}


def test_without_a_verified_e_mail_no_code_is_made(house: House) -> None:
    _, bob = shop_with_transfers(house)
    path, key = f"/api/customers/{bob}/transfers", {"Idempotency-Key": "k"}
    refused = house.call("POST", path, by=bob, body={"card_number": "402938475611", "points": 200}, headers=key)
    assert (refused.status, refused.json["type"]) == (403, "/problems/email-not-verified")
    house.settle()
    assert mails_to(BOB) == []
