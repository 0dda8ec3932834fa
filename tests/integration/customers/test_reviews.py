"""Reviews come as events, and count once, for somebody who is known."""

from __future__ import annotations

import pytest

from customers.reviews import usecases
from customers.reviews.store import find_review, list_leads
from shared.events.customers import ReviewRecorded
from shared.events.foreign import Buyer, OrderLine, ReviewPosted
from shared.events.privacy import ErasureAnswered
from tests.harness.aws.context import LambdaContext
from tests.harness.aws.ground import items
from tests.harness.heard import envelope, foreign_event, sqs_batch
from tests.harness.interruptions import after_first, calls_of, crash_at
from tests.harness.orders import EMAIL, NOON, cancelled, order, paid, placed, refunded, reviewed
from tests.integration.customers.desk import (
    NOBODY_KNOWN,
    customer_of,
    deliver,
    erasure,
    hear,
    kinds,
    register,
    stage,
    stored,
    told,
)


def anonymised(review_id: str) -> bool:
    found = find_review(review_id)
    return found is not None and bool(found.anonymised) and found.customer_id is None


def test_a_review_of_a_customer_is_kept_and_told_once() -> None:
    ada = register().json["id"]
    hear(reviewed(), reviewed(), reviewed(rating=1))
    [event] = told(ReviewRecorded)
    assert (event.review_id, event.customer_id, event.product_id, event.rating) == ("rev-1", ada, "cd-17", 4)
    assert event.posted_at == NOON
    assert kinds() == {"customers_review": 1, "email": 1, "profile": 1, "review": 1}


def test_it_may_be_without_stars_and_its_text_is_kept_nowhere() -> None:
    register()
    told_with_text = foreign_event(reviewed(rating=None, order_id="o-1"))
    told_with_text["detail"]["review"]["text"] = "Canary!"
    hear(told_with_text)
    assert [event.rating for event in told(ReviewRecorded)] == [None]
    assert "canary" not in stored()


def test_the_storefront_may_tell_of_it_too() -> None:
    register()
    event = envelope("storefront", ReviewPosted.__name__, foreign_event(reviewed())["detail"])
    assert stage.app.inbox(sqs_batch(event), LambdaContext())["batchItemFailures"] == []
    assert len(told(ReviewRecorded)) == 1


@pytest.mark.parametrize("rating", [0, 6, "4.5", True])
def test_a_review_of_other_than_one_to_five_stars_is_one_without_stars(rating: object) -> None:
    register()
    odd = foreign_event(reviewed("rev-2"))
    odd["detail"]["review"]["rating"] = rating
    assert deliver(reviewed(), odd) == []
    assert [(event.review_id, event.rating) for event in told(ReviewRecorded)] == [("rev-1", 4), ("rev-2", None)]


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_the_person_is_found_as_for_an_order() -> None:
    ada, _ = register().json["id"], register("ben@example.com")
    by_id = Buyer(id=ada, email="ben@example.com")
    by_email = Buyer(email=" ADA@Example.com")
    fallen_back = Buyer(id=NOBODY_KNOWN, email=EMAIL)
    hear(*(reviewed(f"rev-{n}", buyer) for n, buyer in enumerate((by_id, by_email, fallen_back))))
    assert [event.customer_id for event in told(ReviewRecorded)] == [ada] * 3


def test_a_guest_who_bought_is_known() -> None:
    hear(paid(order()), reviewed())
    assert [event.customer_id for event in told(ReviewRecorded)] == [customer_of()]


@pytest.mark.parametrize(
    "buyer", [Buyer(), Buyer(email="  "), Buyer(email="nonsense"), Buyer(email=EMAIL), Buyer(id=NOBODY_KNOWN)]
)
def test_somebody_new_is_made_no_guest_and_nothing_is_kept(buyer: Buyer) -> None:
    hear(reviewed(buyer=buyer))
    assert items("customers") == []


def test_what_came_too_early_counts_when_it_is_told_again() -> None:
    hear(reviewed())
    register()
    hear(reviewed())
    assert len(told(ReviewRecorded)) == 1


def test_of_the_same_review_twice_at_once_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    register()
    after_first(monkeypatch, usecases, "find_review", lambda: hear(reviewed()))
    hear(reviewed())
    assert len(told(ReviewRecorded)) == 1


def test_only_who_keeps_the_product_has_bought_it() -> None:
    register()
    disc, book = (OrderLine(product_id=name, quantity=1, amount=500) for name in ("cd-17", "book-1"))
    kept, other = order("o-1", lines=[disc]), order("o-2", lines=[book])
    hear(reviewed("rev-0"), placed(kept), reviewed("rev-1"), paid(other), reviewed("rev-2", order_id="o-2"))
    hear(paid(kept), reviewed("rev-3"), reviewed("rev-4", order_id="o-1"), reviewed("rev-5", order_id="o-2"))
    hear(refunded(kept, 1), reviewed("rev-6"), cancelled(kept), reviewed("rev-7", order_id="o-1"))
    assert [event.bought for event in told(ReviewRecorded)] == [False, False, False, True, True, True, True, False]


# --- erasure ---------------------------------------------------------------------------------------------------------


def test_reviews_lose_the_person_and_are_counted_on_the_answer() -> None:
    ada, ben = register().json["id"], register("ben@example.com").json["id"]
    hear(*(reviewed(f"rev-{n}") for n in range(12)), reviewed("rev-99", Buyer(id=ben)))
    hear(erasure(ada), erasure(ada))
    assert all(anonymised(f"rev-{n}") for n in range(12))
    assert not anonymised("rev-99")
    assert list_leads(ada, 9) == []
    for answer in told(ErasureAnswered):
        assert [(kept.what, kept.count) for kept in answer.kept] == [("reviews", 12)]
    assert not [item for item in items("customers") if item["kind"]["S"] == "review" and ada in str(item)]


def test_a_review_of_an_erased_person_is_let_go_and_does_not_follow_who_comes_back() -> None:
    ada = register().json["id"]
    hear(reviewed())
    hear(erasure(ada))
    hear(reviewed(), reviewed("rev-2"), reviewed("rev-3", Buyer(id=ada)))
    assert (find_review("rev-2"), find_review("rev-3")) == (None, None)
    register()
    hear(reviewed())
    assert anonymised("rev-1")
    assert len(told(ReviewRecorded)) == 1


def test_a_review_while_the_person_is_erased_leaves_nothing_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = register().json["id"]
    after_first(monkeypatch, usecases, "find_buyer", lambda: hear(erasure(ada)))
    hear(reviewed(buyer=Buyer(id=ada)))
    assert kinds() == {"erased_email": 1, "erased_profile": 1}


def test_an_erasure_cut_off_before_any_write_counts_each_review_once() -> None:
    ada = register().json["id"]
    hear(*(reviewed(f"rev-{n}") for n in range(10)))
    before = items("customers")
    for number in range(1, 60):
        stage.empty(before)
        if not crash_at(number, lambda: deliver(erasure(ada))):
            break
        hear(erasure(ada))
        assert [kept.count for kept in told(ErasureAnswered)[-1].kept] == [10], number
    assert number == 5


def test_what_a_review_takes() -> None:
    ada = register().json["id"]
    by_id = calls_of(lambda: hear(reviewed(buyer=Buyer(id=ada))))
    assert by_id == ["GetItem", "GetItem", "Query", "TransactWriteItems"]
    assert calls_of(lambda: hear(reviewed("rev-2"))) == ["GetItem"] * 3 + ["Query", "TransactWriteItems"]
    assert calls_of(lambda: hear(reviewed("rev-2"))) == ["GetItem"]
