"""The shop that the meter watches, and what its staff, storefront and order system do in it."""

from __future__ import annotations

import json
from typing import Any

from shared.events.foreign import Buyer, Order
from tests.harness import people
from tests.harness.aws.ground import STAGE
from tests.meter.dynamodb.seam import stored
from tests.meter.dynamodb.tables import tables
from tests.meter.house import Block, MeteredHouse
from tests.meter.measured import Measured, name_of


class Shop:
    """A shop in a house, with ten customers once they have registered; `found` is what the meter keeps."""

    def __init__(self, house: MeteredHouse) -> None:
        self.house = house
        self.found = Measured()
        self.customers: list[str] = []
        self._orders = 0

    def keep(self, block: Block, *operations: str) -> None:
        for operation in operations:
            self.found.keep(block, operation)

    def sign_up(self, body: dict[str, Any], headers: dict[str, str] | None = None) -> str:
        customer_id: str = self.call("POST", "/api/registrations", "storefront", body, headers)["id"]
        return customer_id

    def call(
        self, method: str, path: str, by: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        answer = self.house.call(method, path, by=by, body=body, headers=headers)
        assert answer.status in {200, 201, 202}, (method, path, answer.text)
        read: dict[str, Any] = json.loads(answer.text)
        return read

    def run_due(self, service: str, function: str, due: int, case: str) -> Block:
        """Keep what one of so many rows that are due adds to a run that finds none; the block that was measured."""
        operation = f"{service} runs {function}"
        with self.house.measured() as block:
            self.house.run(service, function, rows=due)
            self.house.settle()
        idle = self.found.operations[operation].scaled(1 / due)
        self.found.operations[name_of(operation, case)] = block.of(operation).less(idle)
        return block

    def new_orders(self, *, known: bool, cents: tuple[int, int] = people.LATER) -> list[Order]:
        """One order of each customer; the order system knows their ids, or their e-mails alone."""
        buyers = [people.buyer(n, one if known else None) for n, one in enumerate(self.customers)]
        return [self.order(who, cents) for who in buyers]

    def order(self, who: Buyer, cents: tuple[int, int] = people.LATER) -> Order:
        self._orders += 1
        return people.order(self.last_order(), who, self.house.day.now(), cents)

    def last_order(self) -> str:
        return f"2026-{self._orders:07}"

    def change(self, customer_id: str, patch: dict[str, Any]) -> None:
        self.call("PATCH", f"/api/customers/{customer_id}", "support", patch, self.if_match(customer_id))

    def change_programme(self, change: dict[str, Any]) -> dict[str, Any]:
        """Put loyalty's programme with other sections, beside the meter; the one that was in force."""
        now = self.call("GET", "/api/loyalty/programme", "admin")
        body = {"programme": now["programme"] | change}
        self.call("PUT", "/api/loyalty/programme", "admin", body, {"If-Match": f'"{now["newest"]}"'})
        self.call("GET", "/api/loyalty/tiers", "admin")  # the process has read it by now
        before: dict[str, Any] = now["programme"]
        return before

    def ask_to_erase(self, customer_id: str) -> str:
        body = {"kind": "erase", "customer_id": customer_id}
        request_id: str = self.call("POST", "/api/privacy/requests", "compliance", body)["id"]
        return request_id

    def if_match(self, customer_id: str) -> dict[str, str]:
        """The version of the profile, read beside the meter: callers have it from their last answer."""
        key = {"pk": {"S": f"CUSTOMER#{customer_id}"}, "sk": {"S": "PROFILE"}}
        profile = stored(tables()[f"regulars-{STAGE}-customers"], key)
        assert profile is not None
        return {"If-Match": f'"{profile["version"]["N"]}"'}
