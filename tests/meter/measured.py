"""What a run of the meter found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.contract import capabilities
from shared.services import SERVICES
from tests.meter.bill import Bill
from tests.meter.house import Block

# Whoever puts the shop's own events on the bus pays for them; no service of ours does.
ORDER_SYSTEM = "order system"
_TRIGGERS = ("inbox", "relay")


@dataclass
class Measured:
    """One bill an operation, by its name and case, and the whole way of an order, by who pays."""

    operations: dict[str, Bill] = field(default_factory=dict)
    orders: dict[str, dict[str, Bill]] = field(default_factory=dict)

    def keep(self, block: Block, operation: str, case: str = "") -> None:
        """Keep what an operation used in this block, as its ordinary case or as the one named."""
        self.operations[name_of(operation, case)] = block.of(operation)

    def keep_order(self, entry: str, orders: int, *blocks: Block) -> None:
        """Keep what an order used on its way through all services, over all blocks that it passed."""
        whole: dict[str, Bill] = {ORDER_SYSTEM: Bill()}
        for block in blocks:
            whole[ORDER_SYSTEM].events += block.foreign
            for service, bill in block.services().items():
                whole.setdefault(service, Bill()).add(bill)
        self.orders[entry] = {who: bill.scaled(1 / orders) for who, bill in whole.items() if bill != Bill()}


def name_of(operation: str, case: str = "") -> str:
    """`loyalty hears OrderRecorded: an order is paid`."""
    return f"{operation}: {case}" if case else operation


def operation_in(name: str) -> str:
    """The operation that a name is a case of."""
    return name.partition(": ")[0]


def declared_operations() -> Iterator[str]:
    """Every operation there is: each route, each event heard, each event told, each schedule, of each service."""
    for service in SERVICES:
        for contract in (capability.contract for capability in capabilities(service)):
            yield from (f"{service} {route.key}" for route in contract.routes)
            yield from (f"{service} hears {event}" for event in contract.hears)
            yield from (f"{service} tells {event}" for event in contract.tells)
            yield from (f"{service} runs {schedule.name}" for schedule in contract.schedules)
