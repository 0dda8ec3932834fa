"""An erasure of items with a value in every attribute leaves none that the attribute says is dropped or masked."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
from pynamodb.attributes import Attribute

from customers.accounts.items import MergedProfile, NobodyItem, ProfileItem, ProfileTombstone
from customers.emails.store import EmailTombstone, held_by
from customers.emails.waiting import WaitingItem
from customers.orders.items import FurtherRefund, OrderItem, StatsItem, StatsTombstone, order_pk
from customers.reviews.items import CustomersReview, ReviewItem, review_key
from customers.table import Receipt as CustomersReceipt
from loyalty.anchors.items import Anchor, DayAnchors, partition_of
from loyalty.catalogue.claim_items import Claim, Claimed, ClaimForOrder
from loyalty.credit.items import CreditAccount
from loyalty.earning.items import ReviewMark
from loyalty.freezes.items import FreezeAct
from loyalty.ledger.balances import GraceLot, Taken, Vector
from loyalty.ledger.items import Entry
from loyalty.members.items import Card
from loyalty.orders.items import ReversedOrder, SpentOnOrder
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import Referral
from loyalty.points.rules import EarnedTotals, TierSlack
from loyalty.points.tier_rules import GivenTier
from loyalty.proposals.items import Proposal
from loyalty.table import Receipt as LoyaltyReceipt
from loyalty.transfers.items import Transfer, TransferRequests
from loyalty.transfers.rules import Direction
from notifications.contacts.items import Contact
from notifications.messages.items import Message
from privacy.consents.store import ConsentEntry, ConsentState
from privacy.merging.store import MergedCustomer
from privacy.requests.models import RequestStatus
from privacy.requests.store import OpenRequest, Request
from privacy.table import Receipt as PrivacyReceipt
from segments.features.items import FeatureRow
from segments.membership.items import Membership
from shared import clock
from shared.events.privacy import ErasureRequested
from shared.items.keys import customer_partition
from shared.items.personal import Declaration, Effect
from shared.items.table import Item
from shared.messages.cause import Cause
from shared.services import SERVICES
from tests.contract.items import filled, name_of, stored_kinds, stripped
from tests.harness.aws.ground import ground, items

ADA: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
REQUEST: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAX"
EMAIL: Final = "canary@example.com"
PK: Final = customer_partition(ADA)


def customer() -> Iterator[Item]:
    """All that customers stores of a person."""
    yield filled(ProfileItem, PK, "PROFILE", email=EMAIL, email_claimed=False)
    yield held_by(ADA, EMAIL)
    yield filled(OrderItem, order_pk("o-1"), "ORDER", customer_id=ADA, currency="USD")
    yield filled(FurtherRefund, order_pk("o-1"), "REFUND#r-1")
    yield filled(StatsItem, PK, "STATS#USD", orders=1)
    review = filled(ReviewItem, review_key("r-1"), "REVIEW", customer_id=ADA)
    yield from (review, CustomersReview.of(review))
    yield filled(WaitingItem, PK, "WAITS#1#ORDER#o-1", since=1)
    yield filled(CustomersReceipt, PK, "RECEIPT#1")
    yield filled(NobodyItem, PK, "NOBODY#evt_1")


def erased_customer() -> Iterator[Item]:
    """A person whose erasure was cut off before its answer."""
    yield filled(ProfileTombstone, PK, "PROFILE", erased_at=clock.now(), erased={"profiles": 1}, sweep_for=EMAIL)
    yield MergedProfile("CUSTOMER#merged", "PROFILE", merged_into=ADA, merged_at=clock.now())
    yield filled(StatsTombstone, PK, "STATS#USD", orders_left=0)
    yield filled(EmailTombstone, "EMAIL#1", "EMAIL")


def shopper() -> Iterator[Item]:
    """All that segments stores of a person."""
    yield filled(FeatureRow, PK, "FEATURES", clearing=None)
    yield Membership.entered("new", ADA, clock.now())


def erased_shopper() -> Iterator[Item]:
    """A person whose erasure was cut off before its answer."""
    erased: dict[str, Any] = {"feature_rows": 1}
    yield FeatureRow(PK, "FEATURES", erased_at=clock.now(), erased=erased, clearing=["canary-segment"])


def recipient() -> Iterator[Item]:
    """All that notifications stores of a person."""
    yield filled(Contact, PK, "CONTACT", customer_id=ADA)
    yield filled(Message, PK, "MESSAGE#1", customer_id=ADA)


def consenter() -> Iterator[Item]:
    """All that privacy stores of a person."""
    yield MergedCustomer.of("merged", ADA)
    given = {"channel": "email", "granted": True, "decided_at": "2026-01-01T00:00:00Z"}
    yield filled(ConsentState, PK, "CONSENTS", standing=[given])
    yield filled(ConsentEntry, PK, "CONSENT#1", customer_id=ADA)
    yield filled(PrivacyReceipt, PK, "RECEIPT#1")
    yield filled(OpenRequest, PK, "OPEN#erase", request_id=REQUEST)
    running: dict[str, Any] = {"customer_id": ADA, "status": RequestStatus.APPROVED, "answers": None}
    yield filled(Request, f"REQUEST#{REQUEST}", "REQUEST", **running)


def member() -> Iterator[Item]:
    """All that loyalty stores of a person."""
    day, moment, lots = date(2001, 2, 3), datetime(2001, 2, 3, 4, tzinfo=UTC), {date(2031, 2, 3): 70_001}
    kept: dict[str, Any] = {"lots": lots, "pending": {}, "holds": {}, "expired_before_reversal": lots, "grace_lots": {}}
    account: dict[str, Any] = {"entries": 0, "qualifying": {}, "active_on": day, "warned_on": day, "merged_into": None}
    profile = {
        "opened_at": moment,
        "registered_at": moment,
        "birthday": day,
        "card_issued_at": moment,
    }
    known: dict[str, Any] = {
        "birthdays": (day,),
        "groups": ("canary-group",),
        "quota": EarnedTotals(3, {"2001-02": 2}, {"2001-02-03": 1}),
        "referrals": {"canary": Referral(1)},
        "tier_slack": TierSlack(3, 2, 1),
        "tier_given": GivenTier("canary", day),
        "tiers_told": {"canary": day},
    }
    tiers = {"tier_since": day, "tier_kept_until": day, "merged_from": (), "unfinished": None, "card_number": "C-1"}
    yield filled(PointsAccount, PK, "ACCOUNT", **kept, **account, **profile, **known, **tiers)
    credit = {"entries": 0, "active_on": day, "warned_on": day, "merged_into": None, "erased_at": None}
    yield filled(CreditAccount, PK, "CREDIT#USD", **kept, **credit)
    newest = {"number": "C-1", "replaced_by": None, "former": {"C-0"}}
    yield filled(Card, "CARD#C-1", "CARD", customer_id=ADA, expires_on=day, **newest)
    yield filled(Card, "CARD#C-0", "CARD", customer_id=ADA, expires_on=day, former=None)
    yield filled(Proposal, PK, "PROPOSAL#1", expires_on=day)
    yield filled(Claim, PK, "CLAIM#1")
    yield filled(Claimed, PK, "CLAIMED#1")
    yield ClaimForOrder.of("o-1", "1")
    yield filled(LoyaltyReceipt, PK, "RECEIPT#1")
    yield filled(FreezeAct, PK, "FREEZE#000001")
    yield filled(ReviewMark, PK, "REVIEWED#mug")
    yield filled(Transfer, PK, "TRANSFER#1", direction=Direction.SENT)
    yield filled(TransferRequests, PK, "TRANSFER_REQUESTS#2001-02-03")
    yield SpentOnOrder.of("o-1", "h-1", ADA, Taken(lots, {GraceLot(date(2027, 1, 31), date(2026, 12, 31)): 10}), 10)
    yield filled(ReversedOrder, "ORDER#o-1", "UNDONE")


def former_member() -> Iterator[Item]:
    """A person whose erasure was cut off before the words of staff were removed."""
    entry = {"account": ADA, "seq": 1, "lots": {}, "pending": {}, "after": Vector(0, 0, 0, 0), "facts": {}}
    yield filled(Entry, "ADJUST#1", "ENTRY", **entry, previous=b"0", salt=b"1")
    yield DayAnchors(partition_of(PK), "2001-02-03#1", anchors={ADA: Anchor(1, b"0")})
    # A tombstone of an earlier release, which listed the entries with reasons.
    unfinished = {"people": [ADA], "reasons": [["ADJUST#1", "ENTRY"]], "cards": ["canary-card"]}
    tombstone = PointsAccount(PK, "ACCOUNT", erased_at=clock.now(), erased={"accounts": 1}, unfinished=unfinished)
    tombstone.entries = 1
    yield tombstone


PEOPLE: Final[tuple[tuple[str, Callable[[], Iterator[Item]]], ...]] = (
    ("customers", customer),
    ("customers", erased_customer),
    ("loyalty", member),
    ("loyalty", former_member),
    ("segments", shopper),
    ("segments", erased_shopper),
    ("notifications", recipient),
    ("privacy", consenter),
)
# Of no person.
NOBODYS: Final = frozenset(
    f"loyalty.{name}"
    for name in (
        "ClosedDay",
        "FreeCode",
        "GivenNumber",
        "KnownCode",
        "Progress",
        "SignUpMark",
        "StaffTotal",
        "Stock",
        "StoredReward",
        "StoredVersion",
    )
)


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
        for name, (attribute, said) in stripped_values(item):
            value, left_value = before[item.pk, item.sk][attribute.attr_name], left.get(attribute.attr_name)
            assert left_value != value, f"{name_of(type(item))}.{name}"
            if left_value and said.erasure and said.erasure.effect is Effect.MASK:
                assert attribute.deserialize(next(iter(left_value.values()))) == said.erasure.masked
            for canary in canaries_in(value):
                assert canary not in json.dumps(list(after.values()), default=str), f"{name_of(type(item))}.{name}"


def test_every_kind_of_a_person_is_erased_above() -> None:
    with ground():
        erased = {name_of(type(item)) for _, person in PEOPLE for item in person()}
    assert erased | NOBODYS == {name_of(kind) for kind in stored_kinds()}


def test_what_is_of_no_person_has_nothing_to_erase() -> None:
    for kind in stored_kinds():
        assert name_of(kind) not in NOBODYS or not stripped(kind)


@pytest.mark.parametrize("service", SERVICES)
def test_an_erasure_has_the_same_shape_in_every_service(service: str) -> None:
    module = erasure_of(service)
    assert str(inspect.signature(module.erase_customer)) == "(request: 'ErasureRequested', cause: 'Cause') -> 'None'"
    assert all(
        callable(getattr(module, step)) for step in ("_suppress", "_erase_rest", "sweep_dead_letters", "_answer")
    )


def erase(service: str) -> None:
    """What the service does when it hears that the person is to be erased."""
    request = ErasureRequested(request_id=REQUEST, customer_id=ADA)
    erasure_of(service).erase_customer(request, Cause("staff:eve", "c-1"))


def erasure_of(service: str) -> Any:
    """The module of the service's erasure."""
    return importlib.import_module(
        "loyalty.identity.erasure" if service == "loyalty" else f"{service}.erasure.usecases"
    )


def images(service: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The items of the service's table by their keys, in DynamoDB's own form."""
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in items(service)}


def stripped_values(item: Item) -> Iterator[tuple[str, tuple[Attribute[Any], Declaration]]]:
    """The attributes that do not outlive an erasure and have a value that a fresh item has not."""
    blank = type(item)(item.pk, item.sk)
    for name, said in stripped(type(item)).items():
        if getattr(item, name) not in (None, getattr(blank, name)):
            yield name, said


def canaries_in(value: Any) -> set[str]:
    """The texts in a value that are found nowhere else."""
    if isinstance(value, dict):
        return {canary for part in value.values() for canary in canaries_in(part)}
    if isinstance(value, list):
        return {canary for part in value for canary in canaries_in(part)}
    return {value} if isinstance(value, str) and "canary" in value else set()
