"""The program on the page for storefront developers does what the page says."""

from __future__ import annotations

import io
import json
import re
import urllib.request
from typing import Any

import pytest

from infra.apps import ROOT
from tests.flows.shop import order, paid, points, read, register
from tests.harness.house import House


def test_the_program_of_the_page_buys_with_points(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    customer_id = register(house)
    house.send(paid(order("A-1", 10_000, customer_id=customer_id)))
    house.settle()

    def send(request: urllib.request.Request) -> Any:
        body = json.loads(request.data) if isinstance(request.data, bytes) else None
        path = request.full_url.removeprefix("http://shop")
        answer = house.call(str(request.method), path, by="storefront", body=body)
        assert answer.status in {200, 201}, answer.text
        sent = io.BytesIO(answer.text.encode())
        sent.status = answer.status  # type: ignore[attr-defined]
        return sent

    monkeypatch.setattr(urllib.request, "urlopen", send)
    for name, value in {"URL": "http://shop", "STOREFRONT": "token", "CUSTOMER": customer_id}.items():
        monkeypatch.setenv(name, value)
    [program] = re.findall(r"```python\n(.*?)```", (ROOT / "docs/checkout.md").read_text(), re.DOTALL)
    exec(compile(program, "docs/checkout.md", "exec"), {})  # noqa: S102  # the page's own program
    house.settle()
    found = read(house, "/api/checkouts/cart-8f2c")
    assert (found["state"], found["version"], found["remaining"]) == ("captured", 2, 4_490)
    assert points(house, customer_id)["spent"] == 500
    assert read(house, "/api/orders/2026-0004711")["total"] == 4_490
