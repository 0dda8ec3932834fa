"""What the ledger knows of one order: its entries, read together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any, Self

from loyalty.days import NEVER
from loyalty.ledger.attributes import read_lots
from loyalty.ledger.balances import Activation
from loyalty.ledger.items import Entry
from loyalty.orders import store
from loyalty.orders.items import DELIVERED, EARNED, SETTLED, OrderRecord, ReversedOrder
from loyalty.orders.order_lots import OrderLots
from shared.events.customers import OrderRecorded


@dataclass(frozen=True)
class OrderEntries:
    """The entries of what an order earned and of what became of that; its settlements by rising version."""

    earned: Entry | None
    delivered: Entry | None
    settled: tuple[Entry, ...]

    @classmethod
    def read(cls, order_id: str) -> OrderEntries:
        """As it is now."""
        return cls.of([item for item in store.order_records(order_id) if isinstance(item, Entry)])

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> OrderEntries:
        """From all entries of an order, in any order."""
        by_key = {entry.sk: entry for entry in entries}
        settled = tuple(by_key[sk] for sk in sorted(by_key) if sk.startswith(SETTLED))
        return cls(by_key.get(EARNED), by_key.get(DELIVERED), settled)

    def is_news(self, version: int) -> bool:
        """Whether this version of the order is newer than what was posted for it."""
        settled = max((entry.fact("version") for entry in self.settled), default=0)
        return version > settled and version >= (self.earned.fact("version") if self.earned else 0)

    def knows(self, version: int) -> bool:
        """Whether it was this version that earned."""
        return self.earned is not None and self.earned.fact("version") == version

    @property
    def total(self) -> int:
        """The order's money, in the minor unit."""
        return int(self._first("total", 0))

    @property
    def currency(self) -> str:
        """The money's currency."""
        return str(self._first("currency", ""))

    @property
    def lot(self) -> date:
        """The lot that its points fell into: one that would have ended before their activation ends on that day."""
        told = [entry.fact("ripens") for entry in (self.earned, self.delivered) if entry and entry.fact("ripens")]
        return max(date.fromisoformat(day) for day in (self._first("lot", NEVER.isoformat()), *told))

    @property
    def activation(self) -> Activation | None:
        """Where its points wait, or waited; None when they could be used at once."""
        told = [entry.fact("ripens") for entry in (self.earned, self.delivered) if entry]
        days = [day for day in told if day is not None]
        return Activation(date.fromisoformat(days[-1]), self.lot) if days and days[-1] else None

    @property
    def counts_for(self) -> date | None:
        """The day for whose month it counts towards tiers."""
        day = self._first("placed", None)
        return date.fromisoformat(day) if day else None

    @property
    def reversed_amount(self) -> int:
        """How much of its money was given back or cancelled when it was last settled."""
        return int(self.settled[-1].fact("undone")) if self.settled else 0

    @property
    def taken_back(self) -> int:
        """How many of its points are taken back."""
        return sum(entry.fact("taken_back") or 0 for entry in self.settled)

    @property
    def lots(self) -> OrderLots:
        """The lots of the points that remain, and what became of those that were taken back."""
        if self.earned is None:
            return OrderLots()
        lots = OrderLots.earned(self.earned.amount, self.lot, self.earned.place)
        for entry in self.settled:
            amount = entry.fact("taken_back") or 0
            already_expired, forgiven = read_lots(entry.fact("written_off") or {}), entry.fact("forgiven") or 0
            if amount > 0:
                lots.take_back(amount, entry.fact("own") or 0, already_expired, forgiven)
            elif amount < 0:
                given_to = entry.fact("lot")
                lot = date.fromisoformat(given_to) if given_to else self.lot
                lots.give_back(-amount, lot, entry.place)
        return lots

    def _first(self, name: str, otherwise: Any) -> Any:
        return self.earned.fact(name) if self.earned and self.earned.fact(name) is not None else otherwise


def reversed_amount(order: OrderRecorded) -> int:
    """How much of an order's money was refunded: all of one that is cancelled."""
    return order.total if order.cancelled_at else order.refunded


@dataclass(frozen=True)
class ReversedShare:
    """The share of an order that is refunded or cancelled, at one of its versions; `reinstated` if more was before."""

    order_id: str
    version: int
    share: Fraction
    reinstated: bool = False

    @classmethod
    def told(cls, order: OrderRecorded, version: int) -> Self:
        """As the order says it."""
        share = _share(reversed_amount(order), order.total, is_cancelled=order.cancelled_at is not None)
        return cls(order.order_id, version, share, order.reinstated_at is not None)

    @classmethod
    def known(cls, order_id: str, records: Iterable[OrderRecord]) -> Self | None:
        """As it was stored when the order was last heard of, among all that it caused; None when nothing was."""
        kept = list(records)
        entries = OrderEntries.of([item for item in kept if isinstance(item, Entry)])
        of_total = partial(_share, total=entries.total, is_cancelled=False)
        said = [cls(order_id, entry.fact("version"), of_total(entry.fact("undone"))) for entry in entries.settled]
        said += [cls(order_id, entry.fact("version"), of_total(0)) for entry in (entries.earned,) if entry]
        said += [
            cls(order_id, mark.order_version, _share(mark.reversed_amount, mark.total, is_cancelled=mark.cancelled))
            for mark in kept
            if isinstance(mark, ReversedOrder)
        ]
        return max(said, key=lambda known: known.version, default=None)


def _share(reversed_money: int, total: int, *, is_cancelled: bool) -> Fraction:
    """Of an order that cost no money nothing is reversed until it is cancelled."""
    if is_cancelled:
        return Fraction(1)
    return Fraction(reversed_money, total) if total else Fraction(0)
