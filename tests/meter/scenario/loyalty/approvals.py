"""What staff give and take: what counts towards their day, and what two people do."""

from __future__ import annotations

from typing import Any, Final

from tests.meter.scenario.shop import Shop

_CUSTOMER: Final = "/api/customers/{customer_id}"
_WORDS: Final = {"code": "goodwill", "reason": "The parcel that came late for the birthday"}
_POINTS: Final = {"points": 250, **_WORDS}
_CREDIT: Final = {"amount": 6_000, "currency": "USD", **_WORDS}


def adjust_by_two(shop: Shop) -> None:
    """Ten postings count towards a day; ten large ones of each kind are proposed, of which one is rejected."""
    limits: dict[str, Any] = {
        "adjustments": {"approve_above": 100},
        "credit": {"approve_above": [{"currency": "USD", "amount": 5_000}]},
    }
    before = shop.change_programme(limits)
    for of, small, large in (("points", {"points": 1}, _POINTS), ("credit", {"amount": 1}, _CREDIT)):
        _count(shop, of, large | small)
        _decide_all(shop, of, _propose_all(shop, of, large))
    shop.change_programme(before)


def _count(shop: Shop, of: str, body: dict[str, Any]) -> None:
    _post(shop, shop.customers[0], of, body, "first-of-the-day")
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            _post(shop, customer_id, of, body, "small")
    shop.found.keep(block, f"loyalty POST {_CUSTOMER}/{of}", "it counts towards a limit")


def _propose_all(shop: Shop, of: str, body: dict[str, Any]) -> dict[str, str]:
    with shop.house.measured() as block:
        answers = {customer_id: _post(shop, customer_id, of, body, "large") for customer_id in shop.customers}
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
