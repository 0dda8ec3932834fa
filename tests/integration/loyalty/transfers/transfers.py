"""What customers and staff do with transfers, as a test says it: Ada sends points to Bob."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from shared.events.loyalty import TransferRequested
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty.cards import number_of
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, account, call, get, hear, order, registration, stage

Clock = Callable[[str], None]

BOUGHT: Final = "2026-01-31T12:00:00+00:00"
# Ada and Bob have been registered for 38 days.
TODAY: Final = "2026-03-10T12:00:00+00:00"
LATER: Final = "2026-03-10T12:16:00+00:00"
# A code that is wrong, whatever the right one is.
WRONG: Final = {"00000000": "00000001"}


def open_shop(set_clock: Clock, **rules: Any) -> None:
    """A shop that allows transfers. Ada has 1,000 points of an order, and Bob none."""
    allow(**rules)
    set_clock(BOUGHT)
    hear(registration(email_verified=True), registration(BOB, email_verified=True), order(total=10_000))
    set_clock(TODAY)


def allow(**rules: Any) -> None:
    set_programme(transfers={"allowed": True, **rules})


def ask(
    points: Any = 100,
    *,
    to: dict[str, str] | None = None,
    by: Role | str = ADA,
    key: str | None = "t1",
    customer_id: str = ADA,
) -> Answer:
    """Ask to send points, to Bob's card unless `to` names somebody."""
    body = {"points": points, **(to or {"card_number": number_of(BOB)})}
    return call("POST", f"/api/customers/{customer_id}/transfers", body, by=by, key=key)


def asked(points: int = 100, **how: Any) -> str:
    """Ask, and be heard; the transfer's id."""
    answer = ask(points, **how)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def code_of(transfer_id: str) -> str:
    """The code that the event carries to the mail."""
    [told] = [told for told in stage.told_of(TransferRequested) if told.transfer_id == transfer_id]
    assert told.code
    return str(told.code)


def wrong_for(transfer_id: str) -> str:
    return WRONG.get(code_of(transfer_id), "00000000")


def confirm(transfer_id: str, code: str | None = None, *, by: Role | str = ADA, customer_id: str = ADA) -> Answer:
    body = {"code": code or code_of(transfer_id)}
    return call("POST", f"/api/customers/{customer_id}/transfers/{transfer_id}/confirm", body, by=by)


def send(points: int = 100, **how: Any) -> str:
    """Ask and confirm; the transfer's id."""
    transfer_id = asked(points, **how)
    whom = {name: how[name] for name in ("by", "customer_id") if name in how}
    answer = confirm(transfer_id, **whom)
    assert answer.status == 200, answer.text
    return transfer_id


def reverse(transfer_id: str, *, by: Role | str = Role.SUPPORT, customer_id: str = ADA) -> Answer:
    path = f"/api/customers/{customer_id}/transfers/{transfer_id}/reverse"
    return call("POST", path, {"reason": "Sent by mistake"}, by=by)


def listed(customer_id: str = ADA, by: Role | str | None = None, query: str = "") -> Answer:
    return get(f"/api/customers/{customer_id}/transfers{query}", by=by or customer_id)


def available() -> tuple[int, int]:
    """What Ada and Bob can use."""
    return account().available, account(BOB).available


def problem(answer: Answer) -> str:
    return str(answer.json["type"]).rpartition("/")[2]
