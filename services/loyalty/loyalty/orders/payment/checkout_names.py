"""The names of a checkout's holds. Pure.

Each version of a checkout has a hold on the account of points, `chk_<hash>.<version>`, which may be of 0 points. If the
version uses credit, the currency follows, and the account of credit has the hold `chk_<hash>.<version>.credit`. So the
account of points alone says which checkouts are open. Plain holds have ids of another form; their routes refuse these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, NamedTuple

from loyalty.ledger.balances import Hold
from shared import ids

_CREDIT: Final = "credit"


class OpenHold(NamedTuple):
    """A hold of a checkout on an account of points."""

    id: str
    hold: Hold

    @property
    def version(self) -> int:
        return int(self.id.split(".")[1])

    @property
    def currency(self) -> str | None:
        """The currency of the credit that is held with it; None if none is."""
        return self.id.split(".")[2] if self.id.count(".") > 1 else None


def name_of(checkout_id: str) -> str:
    """The name of a checkout in keys: the caller's own id may be of any form and length."""
    return ids.named_after(hashlib.sha256(f"checkout {checkout_id}".encode()).hexdigest(), "chk")


def hold_of_points(name: str, version: int, currency: str | None) -> str:
    """The id of the hold of points; `currency` is that of the credit that is held with it."""
    return ".".join((name, f"{version:06}", *([currency] if currency else ())))


def hold_of_credit(name: str, version: int) -> str:
    return f"{name}.{version:06}.{_CREDIT}"


def find_open(holds: Mapping[str, Hold], name: str) -> OpenHold | None:
    """The checkout's hold among those of an account of points."""
    return next((OpenHold(each, hold) for each, hold in holds.items() if each.startswith(f"{name}.")), None)
