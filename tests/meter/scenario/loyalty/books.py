"""The books: closing a day, and asking what is owed at the end of one."""

from __future__ import annotations

from typing import Final

from tests.harness.orders import paid
from tests.meter.scenario.shop import Shop

_CLOSE: Final = "loyalty runs close"
_REPORT: Final = "/api/loyalty/liability"


def close_days(shop: Shop) -> None:
    """A day on which ten people buy, and one on which nobody does; the days before them are closed unmeasured."""
    shop.house.day.pass_days(1)
    shop.house.run("loyalty", "close")
    shop.house.send(*map(paid, shop.new_orders(known=True)))
    shop.house.settle()
    for case in ("a day of ten entries", "a day of none"):
        shop.house.day.pass_days(1)
        with shop.house.measured() as block:
            shop.house.run("loyalty", "close")
        shop.found.keep(block, _CLOSE, case)
    _report(shop)


def _report(shop: Shop) -> None:
    yesterday = f"?as_of={shop.house.day.now().date()}"
    with shop.house.measured() as block:
        shop.call("GET", f"{_REPORT}{yesterday}", "admin")
        assert shop.house.call("GET", f"{_REPORT}.csv{yesterday}", by="admin").status == 200
    shop.keep(block, f"loyalty GET {_REPORT}", f"loyalty GET {_REPORT}.csv")
    with shop.house.measured() as block:
        shop.call("GET", _REPORT, "admin")
    shop.found.keep(block, f"loyalty GET {_REPORT}", "of the newest closed day")
