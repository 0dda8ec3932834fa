"""What staff give and take: what counts towards their day, and what two people do."""

from __future__ import annotations

from typing import Any, Final

from tests.meter.scenario.shop import Shop

_CUSTOMER: Final = "/api/customers/{customer_id}"
# As many as are asked to be erased, the last of all.
_TO_ERASE: Final = 3
_WORDS: Final = {"code": "goodwill", "reason": "The parcel that came late for the birthday"}
_POINTS: Final = {"points": 250, **_WORDS}
_CREDIT: Final = {"amount": 6_000, "currency": "USD", **_WORDS}


def adjust_by_two(shop: Shop) -> None:
    """Small postings count towards a day; large ones are proposed, of which one of each kind is rejected."""
    limits: dict[str, Any] = {
        "adjustments": {"approve_above": 100},
        "credit": {"approve_above": [{"currency": "USD", "amount": 5_000}]},
    }
    before = shop.change_programme(limits)
    # Who will be erased keeps the history that the erasure is measured with.
    staying = shop.customers[:-_TO_ERASE]
    _count(shop, staying, "points", _POINTS | {"points": 1})
    _decide_all(shop, "points", _propose_all(shop, shop.customers, "points", _POINTS))
    _count(shop, staying, "credit", _CREDIT | {"amount": 1})
    _decide_all(shop, "credit", _propose_all(shop, staying, "credit", _CREDIT))
    shop.change_programme(before)


def _count(shop: Shop, customers: list[str], of: str, body: dict[str, Any]) -> None:
    _post(shop, customers[0], of, body, "first-of-the-day")
    with shop.house.measured() as block:
        for customer_id in customers:
            _post(shop, customer_id, of, body, "small")
    shop.found.keep(block, f"loyalty POST {_CUSTOMER}/{of}", "it counts towards a limit")


def _propose_all(shop: Shop, customers: list[str], of: str, body: dict[str, Any]) -> dict[str, str]:
    with shop.house.measured() as block:
        answers = {customer_id: _post(shop, customer_id, of, body, "large") for customer_id in customers}
    shop.found.keep(block, f"loyalty POST {_CUSTOMER}/{of}", "a second person must approve")
    assert {answer["state"] for answer in answers.values()} == {"proposed"}
    return {customer_id: str(answer["id"]) for customer_id, answer in answers.items()}


def _decide_all(shop: Shop, of: str, proposed: dict[str, str]) -> None:
    """One is rejected, and the others are approved."""
    with shop.house.measured() as block:
        shop.call("GET", "/api/loyalty/adjustments", "admin")
        shop.call("GET", _path(shop.customers[0], of), "admin")
        (rejected, proposal_id), *others = proposed.items()
        note = {"note": "Two hundred is the most for a delay"}
        shop.call("POST", f"{_path(rejected, of)}/{proposal_id}/reject", "admin", note)
        for customer_id, each in others:
            shop.call("POST", f"{_path(customer_id, of)}/{each}/approve", "admin")
        shop.house.settle()
    for operation in {reading.operation for reading in block.readings if " /" in reading.operation}:
        shop.found.keep(block, operation)


def _post(shop: Shop, customer_id: str, of: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    path = f"{_CUSTOMER.format(customer_id=customer_id)}/{of}"
    return shop.call("POST", path, "support", body, {"Idempotency-Key": f"{key}-{of}-{customer_id}"})


def _path(customer_id: str, of: str) -> str:
    return f"{_CUSTOMER.format(customer_id=customer_id)}/{of}/proposals"
