"""A customer takes a guest's e-mail, and is one person with the guest once the e-mail is verified."""

from __future__ import annotations

import pytest

from customers.accounts import takeover
from customers.accounts.items import MergedProfile
from customers.accounts.store import find_own_account
from customers.emails.store import EmailItem, find_holder
from customers.merging import usecases
from customers.orders.store import list_stats
from shared import clock
from shared.events.customers import CustomersMerged, CustomerUpdated, OrderRecorded
from shared.events.foreign import Buyer
from tests.harness.aws.gateway import Answer
from tests.harness.aws.ground import items
from tests.harness.interruptions import after_first, crash_at
from tests.harness.orders import order, paid, refunded, reviewed
from tests.integration.customers.desk import (
    call,
    change,
    create,
    customer_of,
    deliver,
    erasure,
    hear,
    kinds,
    read,
    register,
    stage,
    stored,
    told,
    totals,
)

GUEST = "guest@example.com"


def guest_with(number: int = 2) -> str:
    """A guest who bought."""
    hear(*(paid(order(f"g-{each}", buyer=Buyer(email=GUEST))) for each in range(1, number + 1)))
    found = customer_of("g-1")
    assert found
    return found


def version_of(customer_id: str) -> int:
    version: int = read(customer_id).json["version"]
    return version


def claim(customer_id: str, **more: object) -> Answer:
    return change(customer_id, version_of(customer_id), email=GUEST, **more)


def verify(customer_id: str) -> Answer:
    return change(customer_id, version_of(customer_id), email_verified=True)


def merged(customer_id: str) -> CustomersMerged:
    """The customer is one with the guest; customers has not heard of it yet."""
    assert (claim(customer_id).status, verify(customer_id).status) == (200, 200)
    event = told(CustomersMerged)[-1]
    assert isinstance(event, CustomersMerged)
    return event


def holder() -> str | None:
    found = find_holder(GUEST)
    return found.customer_id if isinstance(found, EmailItem) else None


def seen(customer_id: str, by: str = "support") -> list[str]:
    return sorted(each["id"] for each in call("GET", f"/api/customers/{customer_id}/orders", by=by).json["data"])


def assert_moved(ada: str, guest: str, orders: int, spent: int) -> None:
    """All that was the guest's is the customer's, and the sums are those of the orders."""
    assert (totals(ada), list_stats(guest)) == ((orders, spent), [])
    assert len(seen(ada)) == orders
    assert seen(ada, ada) == seen(ada)
    assert guest not in str([item for item in items("customers") if item["kind"]["S"] in {"order", "review"}])


def test_a_guests_e_mail_stays_the_guests_until_it_is_verified() -> None:
    guest, ada = guest_with(), register().json["id"]
    answer = claim(ada)
    assert (answer.status, answer.json["email"], answer.json["email_verified"]) == (200, GUEST, False)
    hear(paid(order("g-3", buyer=Buyer(email=GUEST))))
    assert (holder(), customer_of("g-3"), seen(ada), told(CustomersMerged)) == (guest, guest, [], [])


def test_the_verification_makes_one_person_of_them() -> None:
    guest, ada = guest_with(), register().json["id"]
    hear(paid(order("a-1", buyer=Buyer(id=ada))), reviewed("rev-1", Buyer(email=GUEST)))
    event = merged(ada)
    assert (event.customer_id, event.merged_id, holder()) == (ada, guest, ada)
    hear(event)
    assert_moved(ada, guest, 3, 3000)
    last = told(OrderRecorded)[-1]
    assert (last.customer_id, last.by_email, last.stats and (last.stats.orders, last.stats.spent)) == (
        ada,
        False,
        (3, 3000),
    )
    number = len(told(OrderRecorded))
    hear(event)
    assert len(told(OrderRecorded)) == number
    hear(refunded(order("g-1", buyer=Buyer(email=GUEST)), 400, at=clock.now()))
    assert totals(ada) == (3, 2600)


def test_staff_may_give_the_verified_e_mail_in_one_change() -> None:
    guest, ada = guest_with(), register().json["id"]
    assert claim(ada, email_verified=True).status == 200
    hear(*told(CustomersMerged))
    assert_moved(ada, guest, 2, 2000)


def test_the_guests_id_leads_to_the_survivor() -> None:
    guest, ada = guest_with(), register().json["id"]
    event = merged(ada)
    hear(event)
    assert read(guest).json == read(ada).json
    assert call("GET", f"/api/customers/{guest}/stats").json == call("GET", f"/api/customers/{ada}/stats").json
    assert seen(guest) == seen(ada) == ["g-1", "g-2"]
    hear(paid(order("g-3", buyer=Buyer(id=guest))), reviewed("rev-1", Buyer(id=guest)))
    new = {"id": "g-4", "placed_at": clock.now().isoformat(), "currency": "USD", "total": 500, "lines": []}
    answers = [call("POST", f"/api/customers/{each}/orders", new) for each in (guest, guest, ada)]
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert_moved(ada, guest, 4, 3000)
    assert [item["kind"]["S"] for item in items("customers") if item["pk"]["S"] == f"CUSTOMER#{guest}"] == [
        "merged_profile"
    ]


def test_the_first_to_verify_wins() -> None:
    guest, ada, ben = guest_with(), register().json["id"], register("ben@example.com").json["id"]
    assert (claim(ada).status, claim(ben).status) == (200, 200)
    assert verify(ben).status == 200
    late = verify(ada)
    assert (late.status, late.json["type"]) == (409, "/problems/email-taken")
    hear(*told(CustomersMerged))
    assert_moved(ben, guest, 2, 2000)
    assert change(ada, version_of(ada), email="other@example.com").status == 200
    assert holder() == ben


def test_a_guest_who_registers_first_keeps_the_e_mail() -> None:
    guest, ada = guest_with(), register().json["id"]
    claim(ada)
    assert register(GUEST).json["id"] == guest
    assert (verify(ada).status, holder(), told(CustomersMerged)) == (409, guest, [])


def test_a_guest_who_registers_meanwhile_keeps_the_e_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    guest, ada = guest_with(), register().json["id"]
    after_first(monkeypatch, takeover, "find_account", lambda: register(GUEST))
    assert claim(ada).status in {409, 412}
    assert (holder(), read(ada).json["email"] == GUEST) == (guest, False)


def test_no_guest_is_merged_into_a_guest_or_by_a_registered_customers_e_mail() -> None:
    guest_with()
    hear(paid(order("b-1", buyer=Buyer(email="ben@example.com"))))
    assert claim(customer_of("b-1") or "").status == 409
    create(GUEST)
    assert claim(register().json["id"]).status == 409


def test_a_guest_erased_before_the_verification_stays_erased() -> None:
    guest, ada = guest_with(), register().json["id"]
    claim(ada)
    hear(erasure(guest))
    late = verify(ada)
    assert (late.status, late.json["type"]) == (409, "/problems/email-erased")


def test_a_claim_takes_nothing_from_the_guest_when_the_customer_goes_or_changes_again() -> None:
    guest, ada, ben = guest_with(), register().json["id"], register("ben@example.com").json["id"]
    claim(ada)
    claim(ben)
    hear(erasure(ada))
    assert change(ben, version_of(ben), email="new@example.com").status == 200
    hear(erasure(ben))
    assert (holder(), totals(guest)) == (guest, (2, 2000))
    hear(paid(order("g-3", buyer=Buyer(email=GUEST))))
    assert customer_of("g-3") == guest


def test_an_address_that_the_guest_gave_up_is_free_for_the_claim() -> None:
    guest, ada = guest_with(), register().json["id"]
    claim(ada)
    assert change(guest, version_of(guest), email=None).status == 200
    assert (verify(ada).status, holder(), told(CustomersMerged)) == (200, ada, [])


def test_a_move_cut_off_before_any_write_goes_on_when_it_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usecases, "PAGE", 2)
    guest, ada = guest_with(5), register().json["id"]
    hear(*(reviewed(f"rev-{each}", Buyer(email=GUEST)) for each in range(3)))
    event = merged(ada)
    before, number = items("customers"), 0
    for number in range(1, 20):
        stage.empty(before)
        if not crash_at(number, lambda: deliver(event)):
            break
        hear(paid(order("g-6", buyer=Buyer(id=guest))), event)
        assert_moved(ada, guest, 6, 6000)
    assert number == 6


def test_an_order_for_the_guest_that_comes_during_the_move_ends_at_the_survivor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guest, ada = guest_with(), register().json["id"]
    event = merged(ada)
    after_first(monkeypatch, usecases, "reload_orders", lambda: hear(paid(order("g-3", buyer=Buyer(id=guest)))))
    hear(event)
    assert_moved(ada, guest, 3, 3000)


def test_orders_in_another_currency_move_too() -> None:
    guest, ada = guest_with(), register().json["id"]
    hear(paid(order("g-3", buyer=Buyer(email=GUEST), currency="EUR")))
    hear(merged(ada))
    assert (totals(ada), totals(ada, "EUR"), list_stats(guest)) == ((2, 2000), (1, 1000), [])


@pytest.mark.parametrize("moved", [True, False])
@pytest.mark.parametrize("by_the_guests_id", [True, False])
def test_an_erasure_of_either_erases_both(*, moved: bool, by_the_guests_id: bool) -> None:
    guest, ada = guest_with(), register(first_name="Ada-Canary").json["id"]
    event = merged(ada)
    if moved:
        hear(event)
    before = items("customers")
    for write in range(1, 30):
        stage.empty(before)
        one = erasure(guest if by_the_guests_id else ada)
        if not crash_at(write, lambda one=one: deliver(one)):
            break
        hear(one, event, one)
        assert not [text for text in (GUEST, "ada-canary", "adam@") if text in stored()]
        assert {kind for kind in kinds() if "order" not in kind} == {
            "erased_email",
            "erased_profile",
            "erased_stats",
            "merged_profile",
        }
        hear(paid(order("g-3", buyer=Buyer(id=guest))), paid(order("g-4", buyer=Buyer(email=GUEST))))
        assert [customer_of(each) for each in ("g-1", "g-2", "g-3", "g-4")] == [None] * 4


def test_the_merged_guest_is_an_item_that_names_the_survivor_alone() -> None:
    guest, ada = guest_with(), register().json["id"]
    merged(ada)
    found = find_own_account(guest)
    assert isinstance(found, MergedProfile)
    assert (found.merged_into, set(found.attribute_values) - {"events", "outbox"}) == (
        ada,
        {"pk", "sk", "kind", "version", "merged_into", "merged_at"},
    )
    assert [each["id"] for each in call("GET", "/api/customers").json["data"]] == [ada]


def test_what_was_read_of_the_guest_changes_nothing_of_the_survivor() -> None:
    guest, ada = guest_with(), register().json["id"]
    merged(ada)
    for version in range(5):
        answer = change(guest, version, status="banned")
        assert (answer.status, ada in answer.json["detail"]) == (412, True)
    assert read(ada).json["status"] == "active"


def test_an_e_mail_that_is_somebody_elses_is_told_as_such_until_it_is_the_customers() -> None:
    guest_with()
    ada = register().json["id"]
    claim(ada)
    assert told(CustomerUpdated)[-1].profile.email_claimed
    verify(ada)
    assert not told(CustomerUpdated)[-1].profile.email_claimed


@pytest.mark.parametrize("gone", ["erased", "left"])
def test_an_erased_claimant_buries_no_address_that_never_was_theirs(gone: str) -> None:
    guest_with()
    ada, bob = register().json["id"], register("bob@example.com").json["id"]
    claim(bob)
    hear(merged(ada))
    if gone == "left":
        assert change(ada, version_of(ada), email="new@example.com").status == 200
    hear(erasure(bob))
    assert change(ada, version_of(ada), email=GUEST).status == 200
    assert holder() == ada


@pytest.mark.parametrize(
    ("guests", "own", "becomes"), [("banned", "active", "banned"), ("active", "inactive", "inactive")]
)
def test_nobody_escapes_a_ban_by_another_account(guests: str, own: str, becomes: str) -> None:
    guest, ada = guest_with(), register().json["id"]
    assert change(guest, version_of(guest), status=guests).status == 200
    assert change(ada, version_of(ada), status=own).status == 200
    merged(ada)
    assert read(ada).json["status"] == becomes


def test_an_order_that_has_not_moved_yet_is_the_survivors_already() -> None:
    guest, ada = guest_with(1), register().json["id"]
    event = merged(ada)
    hear(paid(order("g-1", buyer=Buyer(id=ada))))
    path = f"/api/customers/{ada}/orders"
    body = order("g-1").model_dump(mode="json", exclude={"buyer"}, exclude_defaults=True)
    assert call("POST", path, body, by="storefront").json["id"] == "g-1"
    hear(event)
    assert_moved(ada, guest, 1, 1000)
