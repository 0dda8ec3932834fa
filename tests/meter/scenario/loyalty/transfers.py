"""Transfers: asked for, confirmed by the code after a wrong one, read, and reversed by staff."""

from __future__ import annotations

from typing import Any, Final

from tests.meter.scenario.shop import Shop

_TRANSFERS: Final = "/api/customers/{customer_id}/transfers"
_TRANSFER: Final = f"{_TRANSFERS}/{{transfer_id}}"
_RULES: Final = {"allowed": True, "smallest": 1, "account_days": 0}
_NO_CARD: Final = "402938475611"
# The first has an e-mail that is not verified; the last are to be erased, with the history that this is measured with.
_PEOPLE: Final = 6


def send_points(shop: Shop) -> None:
    """Each sends to the next, so that everybody sends and receives."""
    before = shop.change_programme({"transfers": _RULES})
    people = shop.customers[1 : 1 + _PEOPLE]
    numbers = [_number_of(shop, recipient) for recipient in (*people[1:], people[0])]
    with shop.house.measured() as block:
        asked = {sender: _ask(shop, sender, number) for sender, number in zip(people, numbers, strict=True)}
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_TRANSFERS}", "loyalty tells TransferRequested")
    shop.keep(block, "notifications hears TransferRequested")
    _try_in_vain(shop, asked)
    codes = _codes(shop)
    with shop.house.measured() as block:
        for sender, transfer_id in asked.items():
            _act(shop, sender, transfer_id, "confirm", {"code": codes[transfer_id]}, by=sender)
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_TRANSFER}/confirm", "loyalty tells PointsTransferred")
    shop.keep(block, "notifications hears PointsTransferred")
    _read_and_reverse(shop, asked)
    shop.change_programme(before)


def _try_in_vain(shop: Shop, asked: dict[str, str]) -> None:
    """A card that nobody has, and a code that is wrong."""
    with shop.house.measured() as block:
        for sender in asked:
            body, key = {"card_number": _NO_CARD, "points": 5}, {"Idempotency-Key": "in-vain"}
            refused = shop.house.call("POST", _TRANSFERS.format(customer_id=sender), by=sender, body=body, headers=key)
            assert refused.status == 409, refused.text
    shop.found.keep(block, f"loyalty POST {_TRANSFERS}", "nobody has the card")
    codes = _codes(shop)
    with shop.house.measured() as block:
        for sender, transfer_id in asked.items():
            wrong = "00000001" if codes[transfer_id] == "00000000" else "00000000"
            path = f"{_TRANSFER.format(customer_id=sender, transfer_id=transfer_id)}/confirm"
            refused = shop.house.call("POST", path, by=sender, body={"code": wrong})
            assert refused.status == 409, refused.text
    shop.found.keep(block, f"loyalty POST {_TRANSFER}/confirm", "by a wrong code")


def _read_and_reverse(shop: Shop, asked: dict[str, str]) -> None:
    with shop.house.measured() as block:
        for sender, transfer_id in asked.items():
            shop.call("GET", _TRANSFERS.format(customer_id=sender), sender)
            shop.call("GET", _TRANSFER.format(customer_id=sender, transfer_id=transfer_id), sender)
    shop.keep(block, f"loyalty GET {_TRANSFERS}", f"loyalty GET {_TRANSFER}")
    with shop.house.measured() as block:
        for sender, transfer_id in asked.items():
            _act(shop, sender, transfer_id, "reverse", {"reason": "Sent to a wrong number"}, by="support")
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_TRANSFER}/reverse")


def _ask(shop: Shop, sender: str, number: str) -> str:
    body, key = {"card_number": number, "points": 5}, {"Idempotency-Key": f"transfer-{sender}"}
    transfer_id: str = shop.call("POST", _TRANSFERS.format(customer_id=sender), sender, body, key)["id"]
    return transfer_id


def _act(shop: Shop, sender: str, transfer_id: str, act: str, body: dict[str, Any], *, by: str) -> None:
    path = f"{_TRANSFER.format(customer_id=sender, transfer_id=transfer_id)}/{act}"
    shop.call("POST", path, by, body)


def _codes(shop: Shop) -> dict[str, str]:
    """The codes as the mails have them, by transfer."""
    told = [each["detail"]["data"] for each in shop.house.told if each["detail-type"] == "TransferRequested"]
    return {data["transfer_id"]: data["code"] for data in told}


def _number_of(shop: Shop, customer_id: str) -> str:
    number: str = shop.call("GET", f"/api/customers/{customer_id}/card", "support")["number"]
    return number
