"""The list of a customer's messages."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest

from notifications.messages.models import Due
from notifications.messages.usecases import send_once
from notifications.templates.models import WELCOME
from shared.messages.cause import Cause
from shared.roles import Role
from tests.harness.orders import NOON
from tests.harness.time import Time
from tests.integration.notifications.post import ADDRESS
from tests.integration.notifications.stage import ADA, BEN, call, consent, erasure, hear, registered

PATH = f"/api/customers/{ADA}/messages"


def test_a_message_is_listed_with_what_became_of_it(time: Time) -> None:
    hear(registered())
    answer = call("GET", PATH, by=Role.SUPPORT)
    assert answer.status == 200
    (message,) = answer.json["data"]
    assert message.pop("id").startswith("msg_")
    assert message == {
        "template": "welcome",
        "channel": "email",
        "occasion": "registration",
        "status": "skipped",
        "reason": "no_consent",
        "created_at": "2026-06-01T12:00:00Z",
        "sent_at": None,
    }


def test_the_newest_come_first_a_page_at_a_time() -> None:
    hear(registered(consent()))
    for day in range(1, 5):
        send_once(Due(ADA, WELCOME, f"day-{day}", NOON + timedelta(days=day)), Cause("test", "test"))
    seen, cursor = [], ""
    while True:
        page = call("GET", f"{PATH}?limit=2{cursor}", by=Role.MARKETING).json
        seen += [message["occasion"] for message in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={quote(page['next_cursor'])}"
    assert seen == ["day-4", "day-3", "day-2", "day-1", "registration"]


@pytest.mark.parametrize(("limit", "pages"), [(1, 4), (2, 2), (3, 2), (4, 1), (5, 1)])
def test_full_pages_end_without_an_empty_one(limit: int, pages: int) -> None:
    hear(registered(consent()))
    for day in range(1, 4):
        send_once(Due(ADA, WELCOME, f"day-{day}", NOON + timedelta(days=day)), Cause("test", "test"))
    sizes, cursor = [], ""
    while True:
        page = call("GET", f"{PATH}?limit={limit}{cursor}", by=Role.MARKETING).json
        sizes.append(len(page["data"]))
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={quote(page['next_cursor'])}"
    assert (len(sizes), sum(sizes), min(sizes) > 0) == (pages, 4, True)


def test_a_cursor_of_another_customers_list_is_refused() -> None:
    hear(registered(consent()), registered(consent(), customer_id=BEN))
    for day in (1, 2):
        send_once(Due(BEN, WELCOME, f"day-{day}", NOON + timedelta(days=day)), Cause("test", "test"))
    theirs = call("GET", f"/api/customers/{BEN}/messages?limit=1", by=Role.ADMIN).json["next_cursor"]
    answer = call("GET", f"{PATH}?limit=1&cursor={quote(theirs)}", by=Role.ADMIN)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "cursor")


def test_neither_address_nor_name_is_listed() -> None:
    hear(registered(consent()))
    text = call("GET", PATH, by=Role.ADMIN).text
    assert not any(word in text for word in (ADDRESS, "Ada", "Byron"))


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (Role.ADMIN, 200),
        (Role.SUPPORT, 200),
        (Role.MARKETING, 200),
        (ADA, 200),
        (Role.COMPLIANCE, 403),
        (Role.STOREFRONT, 403),
        (BEN, 403),
        (None, 401),
    ],
)
def test_who_may_see_a_customers_messages(who: str | None, status: int) -> None:
    hear(registered())
    assert call("GET", PATH, by=who).status == status


def test_nobody_known_has_no_messages_to_see() -> None:
    assert call("GET", PATH, by=Role.ADMIN).status == 404


def test_an_erased_customer_is_not_found() -> None:
    hear(registered(consent()), erasure())
    assert call("GET", PATH, by=Role.ADMIN).status == 404
