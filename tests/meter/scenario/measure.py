"""A shop's year, in which every operation happens: the warm ways, and the cold ones beside them.

Ten people at a time, so that batches are of ten. Tables stay small, for moto's sake: apart from lists, which read their
page, what an operation costs does not depend on their size.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

import pytest

from customers.settings import CustomersSettings
from loyalty.programme.usecases import current_programme
from loyalty.settings import LoyaltySettings
from notifications.messages.usecases import send_welcome
from notifications.settings import NotificationsSettings
from notifications.unsubscribe.usecases import unsubscribe_url
from shared import ids
from shared.events.customers import Channel
from shared.messages.cause import Cause
from shared.runtime.aws import secret
from tests.harness import people
from tests.harness.aws.ground import items
from tests.harness.logs import captured_logs
from tests.harness.tokens import install_issuers
from tests.meter.house import open_metered_house
from tests.meter.measured import Measured
from tests.meter.scenario import members, purchases
from tests.meter.scenario.loyalty import (
    approvals,
    books,
    cards,
    checkouts,
    credit,
    desk,
    exact_days,
    rewards,
    spending,
    transfers,
)
from tests.meter.scenario.shop import Shop

TEN: Final = 10
SILENT: Final = "silent.example"
STAFF: Final = "staff.example"
SCHEDULES: Final = (("privacy", "chase"), ("segments", "refresh"), ("loyalty", "expire"), ("loyalty", "close"))
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def measure() -> Measured:
    """Live the year once; what everything used. Its environment is that of the tests (tests.harness.environment)."""
    with pytest.MonkeyPatch.context() as environment, captured_logs(), open_metered_house() as house:
        install_issuers(environment)
        # A card's number decides the shard in which lists find it: drawn alike, it gives the same bytes each time.
        alike = Random(0)  # noqa: S311  # a seeded test, not a secret
        environment.setattr("loyalty.members.cards.secrets.randbelow", alike.randrange)
        shop = Shop(house)
        for step in STEPS:
            step(shop)
            house.settle()  # nothing of one step is read as another's
        return shop.found


def warm_up(shop: Shop) -> None:
    """Fetch what each function fetches once a cold start; and run the schedules that find nothing."""
    secret(CustomersSettings.read().email_secret_id)
    secret(NotificationsSettings.read().link_secret_id)
    secret(LoyaltySettings.read().transfer_secret_id)
    current_programme(shop.house.day.now())
    for service, function in SCHEDULES:
        with shop.house.measured() as block:
            shop.house.run(service, function)
        shop.found.keep(block, f"{service} runs {function}")


def register(shop: Shop) -> None:
    with shop.house.measured() as block:
        shop.customers = [shop.sign_up(people.registration(n)) for n in range(TEN)]
        shop.house.settle()
    shop.keep(block, "customers POST /api/registrations", "customers tells CustomerRegistered")
    shop.keep(block, *(f"{name} hears CustomerRegistered" for name in ("loyalty", "segments", "privacy")))
    shop.keep(block, "loyalty tells CardIssued", "segments tells SegmentEntered")
    shop.found.keep(block, "notifications hears CustomerRegistered", "the welcome waits")
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            shop.change(customer_id, {"email_verified": True})
        shop.house.settle()
    shop.keep(block, "notifications tells MessageSent")
    shop.found.keep(block, "notifications hears CustomerUpdated", "the welcome is sent")
    _register_in_other_ways(shop)
    _decide_on_messages(shop)


def _register_in_other_ways(shop: Shop) -> None:
    with shop.house.measured() as block:
        shop.sign_up(people.registration(40), {"Idempotency-Key": "registration-40"})
        shop.house.settle()
    shop.found.keep(block, "customers POST /api/registrations", "with an Idempotency-Key")
    with shop.house.measured() as block:
        shop.call("POST", "/api/customers", "support", people.details(50, STAFF))
        shop.house.settle()
    shop.keep(block, "customers POST /api/customers")
    shop.found.keep(block, "privacy hears CustomerRegistered", "without consents")


def _decide_on_messages(shop: Shop) -> None:
    """Ten who want no mail register; then the decision alone, as anything that sends messages takes it."""
    with shop.house.measured() as block:
        silent = [shop.sign_up(people.registration(60 + n, marketing=False, provider=SILENT)) for n in range(TEN)]
        shop.house.settle()
    shop.found.keep(block, "notifications hears CustomerRegistered", "no welcome is sent")
    again = shop.house.day.now()
    with (
        shop.house.measured() as block,
        shop.house.as_function("notifications", "decides on a message", len(silent)),
    ):
        for customer_id in silent:
            send_welcome(customer_id, again, Cause("service:meter", "meter"))
    shop.found.keep(block, "notifications decides on a message", "none is sent")


def change_details(shop: Shop) -> None:
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            shop.change(customer_id, {"phone": "+442079460000"})
        shop.house.settle()
    shop.keep(block, "customers PATCH /api/customers/{customer_id}", "customers tells CustomerUpdated")
    shop.keep(
        block, *(f"{name} hears CustomerUpdated" for name in ("customers", "loyalty", "segments", "notifications"))
    )
    first = shop.customers[0]
    with shop.house.measured() as block:
        shop.change(first, {"email": people.email_of(0, "moved.example")})
    shop.found.keep(block, "customers PATCH /api/customers/{customer_id}", "another e-mail")
    with shop.house.measured() as block:
        body = people.details(0, "moved.example") | {"status": "active", "first_name": "Kate"}
        shop.call("PUT", f"/api/customers/{first}", "support", body, shop.if_match(first))
    shop.keep(block, "customers PUT /api/customers/{customer_id}")


def adjust_points(shop: Shop) -> None:
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            body = {"points": -250, "reason": "A voucher at the counter"}
            key = {"Idempotency-Key": f"adjustment-{customer_id}"}
            shop.call("POST", f"/api/customers/{customer_id}/points", "support", body, key)
        shop.house.settle()
    shop.keep(block, "loyalty POST /api/customers/{customer_id}/points", "loyalty tells PointsAdjusted")
    shop.keep(block, "notifications hears PointsAdjusted")


def change_programme(shop: Shop) -> None:
    """Put the programme that is in force anyway, and look at it and at its versions."""
    with shop.house.measured() as block:
        preset = shop.call("GET", "/api/loyalty/presets/classic", "admin")["programme"]
        shop.call("PUT", "/api/loyalty/programme", "admin", {"programme": preset}, {"If-Match": '"0"'})
        for rest in ("", "/versions", "/versions/1"):
            shop.call("GET", f"/api/loyalty/programme{rest}", "admin")
        simulated = {"customer_id": shop.customers[0], "order": {"total": 2933}}
        shop.call("POST", "/api/loyalty/simulate", "storefront", simulated)
    for operation in {reading.operation for reading in block.readings}:
        shop.found.keep(block, operation)


def read(shop: Shop) -> None:
    first = shop.customers[0]
    one = f"/api/customers/{first}"
    with shop.house.measured() as block:
        for path in (
            "/api/customers",
            *(f"{one}{rest}" for rest in ("", "/stats", "/orders", "/points", "/points/entries", "/card")),
            *(f"{one}/{rest}" for rest in ("segments", "messages")),
            f"/api/orders/{shop.last_order()}",
            "/api/segments",
            "/api/segments/frequent/members",
        ):
            shop.call("GET", path, "admin")
    for operation in {reading.operation for reading in block.readings}:
        shop.found.keep(block, operation)


def change_consents(shop: Shop) -> None:
    route = "privacy POST /api/customers/{customer_id}/consents"
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            body = {"channel": "sms", "granted": True}
            shop.call("POST", f"/api/customers/{customer_id}/consents", "storefront", body)
        shop.house.settle()
    shop.keep(block, route, "privacy tells ConsentChanged")
    shop.keep(block, "customers hears ConsentChanged", "notifications hears ConsentChanged")
    with shop.house.measured() as block:
        shop.call("GET", f"/api/customers/{shop.customers[0]}/consents", "compliance")
    shop.keep(block, "privacy GET /api/customers/{customer_id}/consents")
    _consent_for_nobody(shop)
    _unsubscribe(shop)


def _consent_for_nobody(shop: Shop) -> None:
    with shop.house.measured() as block:
        for _ in range(TEN):
            body = {"channel": "sms", "granted": True}
            shop.call("POST", f"/api/customers/{ids.new_customer_id()}/consents", "storefront", body)
        shop.house.settle()
    shop.found.keep(block, "customers hears ConsentChanged", "of nobody")
    shop.keep(
        block, *(f"{name} CustomerUnknown" for name in ("customers tells", "privacy hears", "notifications hears"))
    )


def _unsubscribe(shop: Shop) -> None:
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            path = unsubscribe_url(customer_id, Channel.EMAIL).removeprefix(NotificationsSettings.read().base_url)
            assert shop.house.call("HEAD", path).status == 200
            assert shop.house.call("GET", path).status == 200
            assert shop.house.call("POST", path, body=b"List-Unsubscribe=One-Click", headers=_FORM).status == 200
        shop.house.settle()
    shop.keep(
        block,
        "notifications GET /unsubscribe/{token}",
        "notifications HEAD /unsubscribe/{token}",
        "notifications POST /unsubscribe/{token}",
    )
    shop.keep(block, "notifications tells Unsubscribed", "privacy hears Unsubscribed")


def erase(shop: Shop) -> None:
    """One person who bought nine times. Another request is dropped, and one stays open for the chase."""
    requests = "/api/privacy/requests"
    with shop.house.measured() as block:
        dropped, erased, open_one = (shop.ask_to_erase(one) for one in shop.customers[-3:])
        shop.call("POST", f"{requests}/{dropped}/cancel", "compliance")
        shop.call("POST", f"{requests}/{erased}/approve", "compliance")
        shop.house.settle()
        shop.call("GET", f"{requests}/{erased}", "compliance")
        shop.call("GET", requests, "compliance")
    for operation in {reading.operation for reading in block.readings}:
        shop.found.keep(block, operation)
    shop.call("POST", f"{requests}/{open_one}/approve", "compliance")
    shop.house.carry_stream("privacy")
    shop.house.queues["segments"].clear()  # never heard of there: the chase has somebody to ask again
    shop.house.settle()


def let_days_pass(shop: Shop) -> None:
    shop.house.day.pass_days(31)
    _run_due(shop, "privacy", "chase", "chase_on", "a request is asked of again")
    _run_due(shop, "loyalty", "expire", "due_at", "a customer's points are activated")
    shop.house.day.pass_days(61)
    _run_due(shop, "segments", "refresh", "due_on", "a row is due")
    shop.house.day.pass_days(274)
    _run_due(shop, "loyalty", "expire", "due_at", "a customer is warned")
    shop.house.day.pass_days(10)
    shop.house.run("loyalty", "expire")  # the second warning, which costs what the first does
    shop.house.day.pass_days(16)
    _run_due(shop, "loyalty", "expire", "due_at", "a customer's points expire")


def _run_due(shop: Shop, service: str, function: str, mark: str, case: str) -> None:
    """What one row that is due adds to a run that finds none."""
    today = shop.house.day.now().date().isoformat()
    due = sum(item[mark]["S"] < today for item in items(service) if mark in item)
    current_programme(shop.house.day.now())  # once a minute a process, and so once a run
    block = shop.run_due(service, function, due, case)
    for followed in {reading.operation for reading in block.readings} - {f"{service} runs {function}"}:
        shop.found.operations.setdefault(followed, block.of(followed))


# In this order: the sixth order, which moves people into a segment, falls between those that are measured.
STEPS: Final[tuple[Callable[[Shop], None], ...]] = (
    warm_up,
    register,
    purchases.buy_for_the_first_time,
    purchases.buy_again,
    purchases.give_money_back,
    purchases.review,
    purchases.buy_over_http,
    purchases.buy_at_once,
    change_details,
    adjust_points,
    spending.spend_points,
    change_programme,
    cards.use_cards,
    credit.use_credit,
    rewards.use_rewards,
    members.use_tiers,
    members.bring_friends,
    members.find_guests,
    desk.read_lists,
    approvals.adjust_by_two,
    transfers.send_points,
    read,
    purchases.wait_for_points,
    books.close_days,
    change_consents,
    erase,
    checkouts.check_out,
    let_days_pass,
    exact_days.buy_for_a_year,
)
