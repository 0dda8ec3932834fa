"""Detours by which two who work together would gain."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

import uuid
from typing import Any

from loyalty.earning import bonuses
from loyalty.earning import rules as earning_rules
from loyalty.earning.items import SignUpMark
from loyalty.identity import points_merge
from loyalty.members import referrals
from loyalty.orders import rules as order_rules
from loyalty.orders import spending
from loyalty.orders import usecases as orders
from tests.simulation.bugs.planting import Replaced, bug


@bug("Customers may bring each other, in turn or in a ring")
def ring_closed() -> Replaced:
    return [(referrals, "_check_no_ring", lambda *_: [])]


@bug("An e-mail is rewarded for each of its registrations")
def sign_up_rewarded_again() -> Replaced:
    class Mark:
        """A mark that no other registration has made."""

        @staticmethod
        def of(_: str, at: Any) -> SignUpMark:
            return SignUpMark.of(uuid.uuid4().hex, at)

    return [(bonuses, "SignUpMark", Mark)]


@bug("A birthday that moves counts again")
def birthday_twice_a_year() -> Replaced:
    return [(earning_rules, "_is_too_soon", lambda *_: False)]


@bug("What paid for another customer's order comes back to whoever paid when that one returns it")
def another_order_given_back() -> Replaced:
    return [(spending, "_is_payer", lambda *_: True)]


@bug("An edit gives points whenever it raises the total, if the goods are fewer too")
def edit_by_the_total() -> Replaced:
    def by_the_total(recorded: Any, entries: Any) -> bool:
        return bool(entries.is_news(recorded.version) and recorded.kept_money < entries.kept_money)

    return [(order_rules, "loses_points", by_the_total)]


@bug("An edit that leaves the total as it was changes no points, whatever became of the goods")
def edit_within_the_total() -> Replaced:
    due = order_rules._is_due

    def by_money(recorded: Any, entries: Any, earned: Any) -> bool:
        is_other = (recorded.order.total, recorded.reversed_money) != entries.money
        return due(recorded, entries, earned) and (is_other or recorded.order.reinstated_at is not None)

    return [(order_rules, "_is_due", by_money)]


@bug("After an edit the goods that earn nothing are still those of the first lines")
def edit_keeps_what_earns() -> Replaced:
    return [(orders, "_as_edited", lambda entries, *_: entries)]


@bug("An order counts for a referral while a single point of it stays, however little money that is")
def referral_for_a_point() -> Replaced:
    return [(order_rules, "points_of_least", lambda *_: None)]


@bug("Who is frozen is free again as somebody else")
def freeze_merged_away() -> Replaced:
    return [(points_merge, "freeze_with", lambda *_: [])]
