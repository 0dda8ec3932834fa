"""An erasure of items with a value in every attribute leaves none that the attribute says is dropped or masked."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from customers.accounts.items import ProfileItem, ProfileTombstone
from customers.emails.store import EmailTombstone, held_by
from customers.orders.items import OrderItem, StatsItem, StatsTombstone, order_pk
from customers.reviews.items import CustomersReview, ReviewItem, review_key
from customers.table import Receipt as CustomersReceipt
from notifications.contacts.items import Contact
from notifications.messages.items import Message
from privacy.consents.store import ConsentEntry, ConsentState
from privacy.requests.models import RequestStatus
from privacy.requests.store import OpenRequest, Request
from privacy.table import Receipt as PrivacyReceipt
from segments.features.items import FeatureRow
from segments.membership.items import Membership
from shared import clock
from shared.cause import Cause
from shared.events.privacy import ErasureRequested
from shared.keys import customer_partition
from shared.personal import Effect
from shared.table import Item
from tests.contract.items import filled, name_of, stored_kinds, stripped
from tests.harness.ground import ground, items

ADA: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
REQUEST: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAX"
EMAIL: Final = "canary@example.com"
PK: Final = customer_partition(ADA)


def customer() -> Iterator[Item]:
    """All that customers stores of a person."""
    yield filled(ProfileItem, PK, "PROFILE", email=EMAIL)
    yield held_by(ADA, EMAIL)
    yield filled(OrderItem, order_pk("o-1"), "ORDER", customer_id=ADA, currency="USD")
    yield filled(StatsItem, PK, "STATS#USD", orders=1)
    review = filled(ReviewItem, review_key("r-1"), "REVIEW", customer_id=ADA)
    yield from (review, CustomersReview.of(review))
    yield filled(CustomersReceipt, PK, "RECEIPT#1")


def erased_customer() -> Iterator[Item]:
    """A person whose erasure was cut off before its answer."""
    yield filled(ProfileTombstone, PK, "PROFILE", erased_at=clock.now(), erased={"profiles": 1}, sweep_for=EMAIL)
    yield filled(StatsTombstone, PK, "STATS#USD", orders_left=0)
    yield filled(EmailTombstone, "EMAIL#1", "EMAIL")


def shopper() -> Iterator[Item]:
    """All that segments stores of a person."""
    yield filled(FeatureRow, PK, "FEATURES", clearing=None)
    yield Membership.entered("new", ADA, clock.now())


def erased_shopper() -> Iterator[Item]:
    """A person whose erasure was cut off before its answer."""
    yield filled(FeatureRow, PK, "FEATURES", erased_at=clock.now(), erased={"feature_rows": 1})


def recipient() -> Iterator[Item]:
    """All that notifications stores of a person."""
    yield filled(Contact, PK, "CONTACT", customer_id=ADA)
    yield filled(Message, PK, "MESSAGE#1", customer_id=ADA)


def consenter() -> Iterator[Item]:
    """All that privacy stores of a person."""
    given = {"channel": "email", "granted": True, "decided_at": "2026-01-01T00:00:00Z"}
    yield filled(ConsentState, PK, "CONSENTS", standing=[given])
    yield filled(ConsentEntry, PK, "CONSENT#1", customer_id=ADA)
    yield filled(PrivacyReceipt, PK, "RECEIPT#1")
    yield filled(OpenRequest, PK, "OPEN#erase", request_id=REQUEST)
    running: dict[str, Any] = {"customer_id": ADA, "status": RequestStatus.APPROVED, "answers": None}
    yield filled(Request, f"REQUEST#{REQUEST}", "REQUEST", **running)


PEOPLE: Final[tuple[tuple[str, Callable[[], Iterator[Item]]], ...]] = (
    ("customers", customer),
    ("customers", erased_customer),
    ("segments", shopper),
    ("segments", erased_shopper),
    ("notifications", recipient),
    ("privacy", consenter),
)
# Of no person.
NOBODYS: Final[frozenset[str]] = frozenset()


@pytest.mark.parametrize(("service", "person"), PEOPLE, ids=[person.__name__ for _, person in PEOPLE])
def test_nothing_outlives_an_erasure_that_an_attribute_says_does_not(
    service: str, person: Callable[[], Iterator[Item]]
) -> None:
    with ground(service):
        for item in (stored := list(person())):
            item.save()
        before = images(service)
        erase(service)
        after = images(service)
    for item in stored:
        left = after.get((item.pk, item.sk), {})
        for name, (attribute, said) in stripped(type(item)).items():
            value = before[item.pk, item.sk].get(attribute.attr_name)
            assert value is None or left.get(attribute.attr_name) != value, f"{name_of(type(item))}.{name}"
            if value and attribute.attr_name in left and said.erasure and said.erasure.effect is Effect.MASK:
                assert attribute.deserialize(left[attribute.attr_name]) == said.erasure.masked
            for canary in canaries_in(value):
                assert canary not in json.dumps(list(after.values()), default=str), f"{name_of(type(item))}.{name}"


def test_every_kind_of_a_person_is_erased_above() -> None:
    with ground():
        erased = {name_of(type(item)) for _, person in PEOPLE for item in person()}
    assert erased | NOBODYS == {name_of(kind) for kind in stored_kinds()}


def test_what_is_of_no_person_has_nothing_to_erase() -> None:
    for kind in stored_kinds():
        assert name_of(kind) not in NOBODYS or not stripped(kind)


def erase(service: str) -> None:
    """What the service does when it hears that the person is to be erased."""
    request = ErasureRequested(request_id=REQUEST, customer_id=ADA)
    importlib.import_module(f"{service}.erasure.usecases").erase_customer(request, Cause("staff:eve", "c-1"))


def images(service: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The items of the service's table by their keys, in DynamoDB's own form."""
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in items(service)}


def canaries_in(value: Any) -> set[str]:
    """The texts in a value that are found nowhere else."""
    if isinstance(value, dict):
        return {canary for part in value.values() for canary in canaries_in(part)}
    if isinstance(value, list):
        return {canary for part in value for canary in canaries_in(part)}
    return {value} if isinstance(value, str) and "canary" in value else set()
