"""What each operation may use, and what went over."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Self

from tests.meter.bill import Bill, Prices
from tests.meter.measured import Measured, operation_in

BUDGETS: Final = Path(__file__).with_name("budgets.toml")
_TODAY: Final = "[today]\n"
# Averages over ten are not exact in binary.
_EPSILON: Final = 0.005


@dataclass(frozen=True)
class Budget:
    """AWS calls, write units and read units of one operation, at most."""

    calls: float
    writes: float
    reads: float

    def breaches(self, bill: Bill) -> Iterator[str]:
        """What of a bill is over, in words."""
        used = {"calls": bill.calls, "writes": bill.write_units, "reads": bill.read_units}
        for name, amount in used.items():
            if amount > getattr(self, name) + _EPSILON:
                yield f"{amount:g} {name}, allowed {getattr(self, name):g}"


@dataclass(frozen=True)
class Budgets:
    """The budgets of all operations, and dollars a million orders by how they come in."""

    orders: Mapping[str, float]
    operations: Mapping[str, Budget]
    designed: frozenset[str]

    @classmethod
    def read(cls, path: Path = BUDGETS) -> Self:
        """The budgets of a file. Raises ValueError for an operation that has two."""
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        designed, today = table["design"], table["today"]
        if twice := designed.keys() & today.keys():
            raise ValueError(twice)
        budgets = {name: Budget(*numbers) for name, numbers in {**designed, **today}.items()}
        return cls(table["orders"], budgets, frozenset(designed))

    def breaches(self, measured: Measured, declared: set[str], prices: Prices) -> Iterator[str]:
        """Everything that is over, unmeasured or without a budget, a line each."""
        for operation in sorted(declared - {operation_in(name) for name in measured.operations}):
            yield f"{operation}: nobody measures it (tests/meter/scenario.py)"
        for name, bill in sorted(measured.operations.items()):
            if budget := self.operations.get(name):
                yield from (f"{name}: {breach}" for breach in budget.breaches(bill))
            else:
                yield f"{name}: it has no budget (tests/meter/budgets.toml)"
        for name in sorted(self.operations.keys() - measured.operations.keys()):
            yield f"{name}: it has a budget, and nobody measures it"
        yield from self._dear_orders(measured, prices)

    def _dear_orders(self, measured: Measured, prices: Prices) -> Iterator[str]:
        for entry, bills in measured.orders.items():
            dollars = sum(sum(prices.a_million(bill).values()) for bill in bills.values())
            if dollars > self.orders[entry]:
                yield f"orders by {entry}: ${dollars:.2f} a million, allowed ${self.orders[entry]:.2f}"


def accept(measured: Measured, path: Path = BUDGETS) -> None:
    """Let every operation that the design has no budget for have what it uses now; the design's stay as they are."""
    text = path.read_text(encoding="utf-8")
    designed = Budgets.read(path).designed
    bills = {name: bill for name, bill in sorted(measured.operations.items()) if name not in designed}
    by_service = groupby(bills, key=lambda name: name.partition(" ")[0])
    blocks = ["".join(_line(name, bills[name]) for name in names) for _, names in by_service]
    path.write_text(text.partition(_TODAY)[0] + _TODAY + "\n".join(blocks), encoding="utf-8")


def _line(name: str, bill: Bill) -> str:
    used = ", ".join(f"{round(amount, 2):g}" for amount in (bill.calls, bill.write_units, bill.read_units))
    return f"{json.dumps(name)} = [{used}]\n"
