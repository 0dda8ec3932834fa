"""No customer learns from any answer who works in the shop."""

from __future__ import annotations

import io
import zipfile

import pytest

from shared.http.endpoint import Endpoint
from shared.roles import Role
from tests.contract.doors import models
from tests.contract.doors.knocking import accepting, url_of
from tests.harness.house import House

FOR_CUSTOMERS = [
    each
    for _, each in models.endpoints()
    if each.route.method == "GET" and each.roles & {Role.SELF, Role.CUSTOMER, Role.PUBLIC}
]


@pytest.mark.parametrize("endpoint", FOR_CUSTOMERS, ids=lambda each: each.key)
def test_no_answer_to_a_customer_names_staff(town: tuple[House, dict[str, str]], endpoint: Endpoint) -> None:
    house, values = town
    answer = house.call("GET", url_of(endpoint, values), by=values["customer_id"], headers=accepting(endpoint))
    assert answer.status == 200, answer.text
    for shown in (answer.text.encode(), *_files(answer.content)):
        assert b"staff:" not in shown
        assert b"test-support" not in shown


def _files(packed: bytes) -> list[bytes]:
    """The files of a zip, which is all that routes answer as bytes."""
    if not packed:
        return []
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_the_shop_has_answers_in_which_staff_could_be_named(town: tuple[House, dict[str, str]]) -> None:
    house, values = town
    customer = f"/api/customers/{values['customer_id']}"
    for path in ("points/entries", "credit/USD/entries", "consents"):
        assert "staff:test-support" in house.call("GET", f"{customer}/{path}", by="support").text, path
        assert '"staff"' in house.call("GET", f"{customer}/{path}", by=values["customer_id"]).text, path
