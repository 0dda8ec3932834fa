"""Words that stand in tables, events and answers: shops have data under them, so they never change."""

from __future__ import annotations

from enum import StrEnum

import pytest

from loyalty.catalogue.rules import CodeSource, RewardKind, RewardStatus, Why
from loyalty.ledger.balances import EntryKind
from loyalty.liability.rules import Movement
from loyalty.members.milestones import MilestoneKind
from loyalty.members.rules import BlockReason, CardStatus
from loyalty.orders.order_entries import DELIVERED, EARNED, SETTLED
from loyalty.points.referral_rules import REFEREE, REFERRER

ENTRY_KINDS = (
    "earned ripened reversed reinstated held captured released redeemed restored adjusted sent received"
    " withdrawn returned expired reviewed tier_set issued revoked merged_in merged_out voided"
)
MOVEMENTS = "earned reversed reinstated issued revoked added deducted spent restored transferred expired voided merged"


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (EntryKind, ENTRY_KINDS),
        (Movement, MOVEMENTS),
        (MilestoneKind, "tier redemption"),
        (CardStatus, "active blocked expired replaced"),
        (BlockReason, "lost stolen misuse other"),
        (RewardKind, "discount_code free_shipping gift custom"),
        (RewardStatus, "active archived"),
        (CodeSource, "none generated imported"),
        (Why, "archived not_yet over tier"),
    ],
)
def test_a_word_is_its_name_and_stays_what_it_is(words: type[StrEnum], known: str) -> None:
    assert [word.value for word in words] == known.split()
    assert [word.name.lower() for word in words] == known.split()


def test_the_keys_of_an_orders_entries_stay_what_they_are() -> None:
    assert (EARNED, SETTLED, DELIVERED) == ("EARN", "SETTLE#", "DELIVERED")
    assert (REFERRER, REFEREE) == ("referrer", "referee")
