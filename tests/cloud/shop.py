"""A shop in front of the deployed services, for the tests on the local cloud."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from infra.local.stage import LocalStage
from infra.replay.storefront import Storefront
from infra.replay.tables import Tables
from infra.tokens import token

# A message that fails is handed out again after the queue's visibility timeout; everything else takes seconds.
PATIENCE: Final = 60


@dataclass(frozen=True)
class Shop:
    """The stage, as a storefront, an order system and an operator see it."""

    stage: LocalStage
    storefront: Storefront
    tables: Tables

    @classmethod
    def of(cls, stage: LocalStage) -> Shop:
        """A shop in front of this stage."""
        storefront = Storefront(stage.base_url, lambda role: token(stage.deployment, role))
        return cls(stage, storefront, Tables(client(stage, "dynamodb"), stage.deployment.stage))

    def register(self) -> tuple[str, str]:
        """A new person; their id and e-mail."""
        email = f"person-{uuid4().hex}@example.com"
        made = self.storefront.post("/api/registrations", "storefront", {"email": email, "consents": []})
        return made["id"], email

    def send(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        """An event as the order system sends it."""
        name = f"regulars-{self.stage.deployment.stage}"
        entry = {"EventBusName": name, "Source": "orders", "DetailType": detail_type, "Detail": json.dumps(detail)}
        assert client(self.stage, "events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    def points(self, customer_id: str) -> int:
        """A customer's balance; -1 while there is no account."""
        answer = self.call("GET", f"/api/customers/{customer_id}/points", "support")
        return int(answer[1]["balance"]) if answer[0] == 200 else -1

    def call(
        self, method: str, path: str, role: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, JSON and headers of a call, whatever the status."""
        content = None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.storefront.token(role)}", "Content-Type": "application/json"}
        request = urllib.request.Request(  # noqa: S310  # an address on this machine
            self.stage.base_url + path, content, {**sent, **(headers or {})}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.load(answer), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null"), error.headers


def client(stage: LocalStage, service: str) -> Any:
    """An AWS client of the local cloud's account."""
    where = stage.deployment
    return where.session.client(service, region_name=where.region, endpoint_url=where.endpoint)  # type: ignore[call-overload]


def order(order_id: str, customer_id: str, total: int) -> dict[str, Any]:
    """An order placed yesterday."""
    placed_at = datetime.now(UTC) - timedelta(days=1)
    return {
        "id": order_id,
        "buyer": {"id": customer_id},
        "placed_at": placed_at.isoformat(),
        "currency": "USD",
        "total": total,
        "lines": [{"product_id": "cd", "quantity": 1, "amount": total}],
    }


def paid(one: Mapping[str, Any]) -> dict[str, Any]:
    """The detail of its payment."""
    return {"order": one, "paid_at": one["placed_at"]}


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until it holds. Fails, naming it, when it does not within PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.3)
