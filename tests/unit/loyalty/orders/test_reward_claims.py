"""What a late payment spends of a checkout with a reward, what a hold notes of it, and how its stock counts holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.catalogue.claim_items import Claim
from loyalty.catalogue.held import HeldReward
from loyalty.catalogue.items import Stock
from loyalty.ledger.attributes import holds_attribute
from loyalty.ledger.balances import GraceLot, Hold
from loyalty.orders.payment.reward_claims import PaidReward, spent_late

NOW = datetime(2026, 2, 1, 12, 0, 20, tzinfo=UTC)
DAY = date(2026, 12, 31)
UNTIL = datetime(2026, 2, 1, 12, 31, tzinfo=UTC)
DISCOUNT, GIFT = HeldReward("rew_1", 200, 500, in_stock=True), HeldReward("rew_2", 200, 0)
CLAIM = Claim("pk", "sk")


@pytest.mark.parametrize(
    ("paid", "value", "available", "spent"),
    [
        (None, 300, 400, (300, 300)),
        (None, 300, 200, (200, 200)),
        (None, None, 200, (200, None)),
        (PaidReward(DISCOUNT, CLAIM), 600, 400, (300, 600)),
        # The reward first: a half of the 100 points is left.
        (PaidReward(DISCOUNT, CLAIM), 600, 250, (250, 550)),
        (PaidReward(GIFT, CLAIM), 100, 250, (250, 50)),
        (PaidReward(DISCOUNT), 600, 400, (300, 600)),
        (PaidReward(DISCOUNT), 600, 150, (150, 300)),
        (PaidReward(GIFT), 100, 400, (100, 100)),
        (PaidReward(GIFT), 100, 50, (50, 50)),
        (PaidReward(GIFT), None, 0, (0, None)),
    ],
)
def test_a_late_payment(
    paid: PaidReward | None, value: int | None, available: int, spent: tuple[int, int | None]
) -> None:
    assert spent_late(300, value, available, paid) == spent


def test_only_the_price_of_a_gift_that_is_gone_stays() -> None:
    assert [PaidReward(GIFT).unspent, PaidReward(GIFT, CLAIM).unspent, PaidReward(DISCOUNT).unspent] == [200, 0, 0]


@pytest.mark.parametrize(
    ("hold", "written"),
    [
        (Hold(UNTIL, {DAY: 5}), ["2026-02-01T12:31Z", {"2026-12-31": 5}]),
        (Hold(UNTIL, {DAY: 5}, "A1"), ["2026-02-01T12:31Z", {"2026-12-31": 5}, "A1", None]),
        (Hold(UNTIL, {DAY: 5}, None, 7), ["2026-02-01T12:31Z", {"2026-12-31": 5}, None, 7]),
        (
            Hold(UNTIL, {DAY: 5}, None, 7, {GraceLot(DAY, DAY): 2}),
            ["2026-02-01T12:31Z", {"2026-12-31": 5}, None, 7, {"2026-12-31/2026-12-31": 2}],
        ),
        (
            Hold(UNTIL, {DAY: 5}, None, None, note=["rew_1", 200, 500, True]),
            ["2026-02-01T12:31Z", {"2026-12-31": 5}, None, None, None, ["rew_1", 200, 500, True]],
        ),
    ],
)
def test_a_hold_as_it_is_stored(hold: Hold, written: list[object]) -> None:
    """Holds without a note are written as ever: the digest of each account covers them."""
    attribute = holds_attribute()
    assert attribute._write({"h": hold}) == {"h": written}
    assert attribute.deserialize(attribute.serialize({"h": hold})) == {"h": hold}


def test_a_hold_notes_its_reward() -> None:
    assert HeldReward.of(Hold(UNTIL, {}, note=list(DISCOUNT))) == DISCOUNT
    assert HeldReward.of(Hold(UNTIL, {})) is None


def test_a_stock_counts_what_is_held_until_it_is_over() -> None:
    stock = Stock.fresh("rew_1")
    stock.taken = 3
    for minutes in (0, 0, 1):
        stock.hold(UNTIL + timedelta(minutes=minutes), NOW)
    assert (stock.gone(NOW), stock.held) == (6, {"2026-02-01T12:31Z": 2, "2026-02-01T12:32Z": 1})
    stock.release(UNTIL, NOW)
    assert stock.gone(NOW) == 5
    # A hold is over a minute after its end.
    assert [stock.gone(UNTIL + timedelta(seconds=each)) for each in (60, 61, 120, 121)] == [5, 4, 4, 3]
    stock.release(UNTIL, UNTIL + timedelta(seconds=61))
    assert stock.held == {"2026-02-01T12:31Z": 1, "2026-02-01T12:32Z": 1}
    stock.hold(UNTIL + timedelta(minutes=30), UNTIL + timedelta(seconds=61))
    assert stock.held == {"2026-02-01T12:32Z": 1, "2026-02-01T13:01Z": 1}
    stock.release(UNTIL + timedelta(minutes=30), UNTIL + timedelta(minutes=5))
    assert (stock.held, stock.taken) == (None, 3)
