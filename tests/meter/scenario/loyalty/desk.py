"""The lists of the desk: each is read once, with ten rows where there can be ten."""

from __future__ import annotations

from typing import Final

from tests.meter.scenario.shop import Shop

_CLAIMS: Final = "/api/customers/{customer_id}/claims"


def read_lists(shop: Shop) -> None:
    _claim(shop)
    _hold(shop)
    today = shop.house.day.now().date()
    with shop.house.measured() as block:
        for name in ("accounts", "cards", "claims", "credit", "holds"):
            assert len(shop.call("GET", f"/api/loyalty/{name}", "support")["data"]) >= len(shop.customers), name
        shop.call("GET", f"/api/loyalty/orders/{shop.last_order()}/spending", "support")
        assert shop.house.call("GET", f"/api/loyalty/entries.csv?day={today}", by="admin").status == 200
    for operation in {reading.operation for reading in block.readings}:
        shop.found.keep(block, operation)


def _claim(shop: Shop) -> None:
    """A claim of each, which nobody fulfils."""
    gift = {"name": "A sticker", "kind": "gift", "points": 1}
    reward_id: str = shop.call("POST", "/api/loyalty/rewards", "marketing", gift)["id"]
    for customer_id in shop.customers:
        key = {"Idempotency-Key": f"sticker-{customer_id}"}
        path = _CLAIMS.format(customer_id=customer_id)
        shop.call("POST", path, "storefront", {"reward_id": reward_id}, key)
    shop.house.settle()


def _hold(shop: Shop) -> None:
    """A hold of each, which nobody captures."""
    for customer_id in shop.customers:
        key = {"Idempotency-Key": f"sticker-hold-{customer_id}"}
        shop.call("POST", f"/api/customers/{customer_id}/holds", "storefront", {"points": 1}, key)
    shop.house.settle()
