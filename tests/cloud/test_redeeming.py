"""Points that many want to spend at once, on the local cloud."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from uuid import uuid4

import pytest

from infra.local.stage import LocalStage
from tests.cloud.shop import Shop, client, eventually, order, paid

AT_ONCE: Final = 50
# Each process of a function unpacks its whole bundle: as many as a small machine starts within its timeout.
PROCESSES: Final = 8
# What API Gateway answers of a function that is not let in, or did not answer in time.
_ASK_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_PATIENCE: Final = 180


@pytest.fixture(scope="module")
def shop(stage: LocalStage) -> Iterator[Shop]:
    """A shop whose loyalty runs in so many processes; callers who come too many are turned away."""
    functions, name = client(stage, "lambda"), f"regulars-{stage.deployment.stage}-loyalty-api"
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=PROCESSES)
    yield Shop.of(stage)
    functions.delete_function_concurrency(FunctionName=name)


@pytest.fixture
def customer_id(shop: Shop) -> str:
    """A customer with 1,000 points."""
    made, _ = shop.register()
    shop.send("OrderPaid", paid(order(f"rich-{uuid4().hex[:8]}", made, 10_000)))
    eventually(lambda: shop.points(made) == 1_000, "the points of the order")
    return made


@pytest.mark.parametrize("route", ["redemptions", "holds"])
def test_of_fifty_who_spend_the_same_points_at_once_one_does(shop: Shop, customer_id: str, route: str) -> None:
    def spend(n: int) -> tuple[int, Any]:
        key = {"Idempotency-Key": f"spend-{n}"}
        path = f"/api/customers/{customer_id}/{route}"
        return _insist(shop, path, {"points": 1_000}, key)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(spend, range(AT_ONCE)))
    assert Counter(status for status, _ in answers) == {201: 1, 409: AT_ONCE - 1}
    refused = [answer for status, answer in answers if status == 409]
    assert {answer["type"] for answer in refused} == {"/problems/insufficient-points"}
    left = 0 if route == "redemptions" else 1_000
    assert {(answer["balance"], answer["available"]) for answer in refused} == {(left, 0)}
    assert shop.points(customer_id) == left
    assert _is_whole(shop, customer_id)


def test_of_fifty_captures_and_releases_of_one_hold_at_once_one_happens(shop: Shop, customer_id: str) -> None:
    path = f"/api/customers/{customer_id}/holds"
    made = shop.call("POST", path, "storefront", {"points": 400}, {"Idempotency-Key": "hold"})[1]

    def end(n: int) -> tuple[int, str]:
        act, body = ("release", None) if n % 2 else ("capture", {"order_id": f"paid-{customer_id[-8:]}"})
        status, answer = _insist(shop, f"{path}/{made['id']}/{act}", body, {})
        return status, answer["state"]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(end, range(AT_ONCE)))
    [state] = {state for _, state in answers}
    assert answers == {(200, state): AT_ONCE // 2, (409, state): AT_ONCE // 2}
    assert shop.points(customer_id) == (600 if state == "captured" else 1_000)
    assert _is_whole(shop, customer_id)


def _insist(shop: Shop, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
    """Post as a good client does: whoever is turned away asks the very same again, a little later."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        status, answer, _ = shop.call("POST", path, "storefront", body, headers)
        if status not in _ASK_AGAIN or time.monotonic() > deadline:
            return status, answer
        time.sleep(random.uniform(0.1, 1))  # noqa: S311  # jitter, not a secret


def _is_whole(shop: Shop, customer_id: str) -> bool:
    return bool(shop.storefront.get(f"/api/customers/{customer_id}/points/verification", "support")["holds"])
