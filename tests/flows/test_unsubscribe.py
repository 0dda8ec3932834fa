"""One click unsubscribes, looking does not, and the log has it."""

from __future__ import annotations

import re
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends

from tests.flows.shop import read, register, verify
from tests.harness.house import House


def test_the_link_in_the_mail_works_as_rfc_8058_says(house: House) -> None:
    customer_id = register(house)
    verify(house, customer_id)
    house.settle()
    path = _unsubscribe_path(house)
    assert house.call("GET", path).status == 200
    house.settle()
    assert _granted(house, customer_id) is True

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        assert house.call("POST", path, body=b"List-Unsubscribe=One-Click", headers=form).status == 200
    house.settle()
    assert _granted(house, customer_id) is False
    log = read(house, f"/api/customers/{customer_id}/consents", by="compliance")
    assert "Unsubscribed" in house.names_told()
    assert len(log["log"] if "log" in log else log["data"]) == 2


def _granted(house: House, customer_id: str) -> bool:
    current: Any = read(house, f"/api/customers/{customer_id}/consents", by="compliance")["current"]
    rows = current if isinstance(current, list) else [{"channel": key, **value} for key, value in current.items()]
    [email] = [row for row in rows if row["channel"] == "email"]
    granted: bool = email["granted"]
    return granted


def _unsubscribe_path(house: House) -> str:
    backend = sesv2_backends[DEFAULT_ACCOUNT_ID][boto3.Session().region_name or "us-east-1"]
    text = str([vars(message) for message in backend.core_backend.sent_messages])
    found = re.search(r"https://shop\.example(/unsubscribe/[A-Za-z0-9._~-]+)", text)
    assert found, text
    return found.group(1)
