"""Entries by which points come, wait, and go back with the orders that brought them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any, Final

from tests.simulation.loyalty.model.account import Account
from tests.simulation.loyalty.model.orders import (
    ByTier,
    Earning,
    Portion,
    earning_money,
    in_steps,
    reversed_amount,
)
from tests.simulation.loyalty.model.posting import Ledgers, Posting
from tests.simulation.loyalty.model.referral_rewards import ReferralRewards
from tests.simulation.loyalty.model.terms import MOST_POINTS, SHOP_CURRENCY
from tests.simulation.loyalty.model.tiers import count, last_reached

# Queues keep events for 14 days and dead letters for 14 more.
_MOST_LATE: Final = timedelta(days=31)


def earn(ledgers: Ledgers, posting: Posting) -> None:
    if posting.key[0].startswith("ORDER#"):
        _earn_by_order(ledgers, posting)
        return
    pk, sk = posting.key
    if pk.startswith("REFERRAL#"):
        _reward(ledgers, posting)
        return
    name = "review" if pk.startswith("REVIEW#") else sk.lower()
    who = _reviewer(ledgers, posting) if name == "review" else pk.partition("#")[2]
    posting.must(who and ledgers.may_be_in(who, posting.row["account"]), f"gives {who} a bonus")
    points = _clipped(ledgers, posting, posting.terms.bonus(name))
    posting.account.earned += points
    posting.account.put({posting.terms.lot(posting.today): points}, fills_debt=True)


def _reviewer(ledgers: Ledgers, posting: Posting) -> str | None:
    """Who wrote the review that is rewarded: somebody who had no reward for the product yet.

    That they bought it is seen at rest: an order may be told later than the review that its customer wrote.
    """
    review = ledgers.reviews.get(posting.key[0].removeprefix("REVIEW#"))
    if review is None:
        return None
    product, who = str(review["product_id"]), str(review["customer_id"])
    posting.must((posting.row["account"], product) not in ledgers.rewarded_reviews, "rewards a second review")
    ledgers.rewarded_reviews[posting.row["account"], product] = who
    return who


def _earn_by_order(ledgers: Ledgers, posting: Posting) -> None:
    account, terms, order_id = posting.account, posting.terms, posting.row["cause"]
    order = ledgers.told.get((order_id, posting.fact("version")))
    if order is None:
        posting.wrong.append("earned by a version that nobody told of")
        return
    posting.must(order_id not in ledgers.earnings, "earned before")
    posting.must(not order.get("waits"), "earned before its e-mail was verified")
    posting.must(terms.earns(order), "earned and has not come so far")
    posting.must(ledgers.may_be_in(order["customer_id"], posting.row["account"]), f"is of {order['customer_id']}")
    as_of = _as_of(posting, order)
    by_tier = _by_tier(ledgers, posting, order, as_of)
    points = by_tier.points[by_tier.tier]
    account.gains.append((as_of, points))
    counted = tuple(part for part in terms.parts if order.get(part))
    placed, activates_on = terms.day_of(order["placed_at"]), terms.activates_on(order, posting.today, as_of)
    counts = terms.day_of(terms.own_moment(order))
    account.opened = min(account.opened or order["placed_at"], order["placed_at"], key=datetime.fromisoformat)
    lot = max(terms.lot(placed), activates_on or "")
    ledgers.earnings[order_id] = Earning(
        earned=points,
        stays=order["total"],
        placed=counts,
        currency=order["currency"],
        lot=lot,
        version=posting.fact("version"),
        activates_on=activates_on,
        counts=counted,
        paid=earning_money(order, counted, terms.left_out(order, terms.lowest))[1],
        steps=(terms.counted(order, terms.lowest), terms.step) if terms.step else None,
        remaining=[Portion(lot, points, posting.place)],
        by_tier=by_tier,
        worth=points,
        as_of=as_of,
        limits=terms.limits,
        used=points,
    )
    base, least = terms.counted(order, terms.lowest), terms.referral_order
    if points and base >= least:
        ledgers.earnings[order_id].brings = max(floor(Fraction(points * least, base)), 1)
        ledgers.friends.orders[order_id] = posting.row["account"], posting.row["seq"]
    account.earned += points
    if activates_on:
        account.wait(activates_on, lot, points)
    else:
        account.put({lot: points}, fills_debt=True)
    count(posting, counts, points, _money(order["currency"], order["total"]), 1)


def _as_of(posting: Posting, order: Mapping[str, Any]) -> str:
    """The day by whose limits and tier an order earns: its own, unless it comes later than any event can.

    An account that began later earns as of its beginning at the earliest, and nobody outside sees that.
    """
    own, posted = (datetime.fromisoformat(at) for at in (posting.terms.own_moment(order), posting.row["posted_at"]))
    day, as_of = posting.terms.day_of(own.isoformat()), posting.fact("as_of") or posting.today
    if not _MOST_LATE >= posted - own >= timedelta():
        # At the very end of that time, a second between the request and its entry decides.
        is_close = abs(posted - own - _MOST_LATE) < timedelta(seconds=3)
        posting.must(as_of == posting.today or is_close, f"is as of {as_of}, and comes too late for that")
        return as_of
    is_known = posting.account.opened and datetime.fromisoformat(posting.account.opened) <= own
    posting.must(as_of == day if is_known else day <= as_of <= posting.today, f"is as of {as_of}, not {day}")
    return as_of


def _by_tier(ledgers: Ledgers, posting: Posting, order: Mapping[str, Any], as_of: str) -> ByTier:
    tier, terms = posting.account.tier_on(as_of), posting.terms
    if posting.account.is_joined and posting.amount:
        # Since when somebody was in the tier that they brought along, their own ledger tells.
        current = posting.account.tier or ""
        is_current = posting.amount >= terms.points_of(order, max(tier, current, key=terms.rank), birthday=False)
        tier = max(tier, current, key=terms.rank) if is_current else tier
    is_used = any(part[0] == "birthday" for part in posting.fact("parts") or ())
    if terms.points_of(order, tier, birthday=True) != terms.points_of(order, tier, birthday=False) and posting.amount:
        _celebrate(ledgers, posting, terms.day_of(order["placed_at"])[:7], is_used=is_used)
    left = _left(ledgers, posting, as_of)
    points = {each: min(terms.points_of(order, each, birthday=is_used), *left) for each in terms.tiers}
    before = frozenset(one.order for one in posting.account.qualifying)
    return ByTier(tier, points, last_reached(posting.account, tier, as_of, terms), before)


def _celebrate(ledgers: Ledgers, posting: Posting, month: str, *, is_used: bool) -> None:
    """An order of the month of a birthday earns more; of another one less than twelve months apart it does not."""
    account = posting.account
    is_over = any(
        f"{int(min(each, month)[:4]) + 1}{min(each, month)[4:]}" > max(each, month) != min(each, month)
        for each in account.festivals
    )
    may = ledgers.births.get(posting.row["account"], {None, month[5:]})
    fits = {born == month[5:] and not is_over for born in may}
    posting.must(is_used in fits, f"the birthday counts: {is_used}, in {month}, after {account.festivals}: {may}")
    if is_used:
        account.festivals.add(month)


def _clipped(ledgers: Ledgers, posting: Posting, points: int) -> int:
    """What the limits leave of points to be earned today."""
    given = min(points, *_left(ledgers, posting, posting.today))
    posting.account.gains.append((posting.today, given))
    return given


def _left(ledgers: Ledgers, posting: Posting, day: str) -> list[int]:
    """What each limit leaves on a day; nothing for the banned."""
    if ledgers.earns_nothing(posting):
        return [0]
    return _room(posting.account, posting.terms.limits, day) or [MOST_POINTS]


def _room(account: Account, limits: tuple[int | None, int | None, int | None], day: str) -> list[int]:
    """What each limit leaves on a day."""
    per_day, per_month, for_ever = limits
    gains = account.gains
    so_far = (
        (per_day, sum(points for gained, points in gains if gained == day)),
        (per_month, sum(points for gained, points in gains if gained[:7] == day[:7])),
        (for_ever, sum(points for _, points in gains)),
    )
    return [max(limit - earned, 0) for limit, earned in so_far if limit is not None]


def _edit(posting: Posting, order: Mapping[str, Any], earning: Earning) -> None:
    """What an edit may give: beside what the order had before, what the limits leave on the order's own day.

    Once that day is over for longer than events can be late, nobody knows what its limits left: no more than it had.
    """
    unreduced = {**order, "refunded": 0, "refunded_tax": 0, "refunded_shipping": 0, "cancelled_at": None}
    whole = earning.share_of(unreduced, posting.terms.left_out(order, posting.terms.lowest))
    if earning.most and earning.most[1] == whole:
        return
    own, posted = (datetime.fromisoformat(at) for at in (posting.terms.own_moment(order), posting.row["posted_at"]))
    if posted - own > _MOST_LATE:
        per_day, per_month, for_ever = posting.terms.limits
        left = [0] if (per_day, per_month) != (None, None) else _room(posting.account, (None, None, for_ever), "")
        day = posting.today
    else:
        left, day = _room(posting.account, earning.limits, earning.as_of), earning.as_of
    points = min([int(earning.earned * in_steps(whole, earning.steps)), *(earning.used + each for each in left)])
    earning.most = points, whole
    if points > earning.used:
        posting.account.gains.append((day, points - earning.used))
        earning.used = points


def is_limited(account: Account, earning: Earning, more: int, *, since: timedelta) -> bool:
    """Whether an edit gives less than `more` points, or none, by the limits: its order is `since` old.

    Such an edit may move no point, and then has no entry. Of a day that is long over nobody knows what its limits left.
    """
    is_over = since > _MOST_LATE and any(limit is not None for limit in earning.limits)
    return is_over or any(left < more for left in _room(account, earning.limits, earning.as_of))


def settle(ledgers: Ledgers, posting: Posting) -> None:
    """An order's points follow its money, and referral rewards follow orders."""
    if posting.key[0].startswith("REFERRAL#"):
        _reward(ledgers, posting)
        return
    order_id, version = posting.row["cause"], posting.fact("version")
    order, earning = ledgers.told.get((order_id, version)), ledgers.earnings.get(order_id)
    if order is None or earning is None:
        posting.wrong.append("settles what never earned")
        return
    if posting.key[1].startswith("REPRICED#"):
        _reprice(ledgers, posting, earning)
        return
    is_new = version > earning.settled and version >= earning.version
    posting.must(is_new, f"settles version {version} after {earning.settled}")
    stays, before = order["total"] - reversed_amount(order), earning.stays
    share = earning.share_of(order, posting.terms.left_out(order, posting.terms.lowest))
    if order.get("edited_at"):
        _edit(posting, order, earning)
    amount = earning.to_take_back(share) - earning.taken_back
    takes = amount > 0 or (amount == 0 and stays < before)
    posting.must(takes is (posting.kind == "reversed"), f"leaves {stays} of {before}, by {amount}")
    if takes:
        earning.take_back(posting.account, amount, posting.today, forgives=posting.terms.forgives)
    else:
        earning.give_back(posting.account, -amount, posting.today, posting.place)
    orders = bool(share) - bool(earning.kept)
    earning.stays, earning.kept, earning.settled = stays, share, version
    count(posting, earning.placed, -amount, _money(earning.currency, stays - before), orders)


def _reprice(ledgers: Ledgers, posting: Posting, earning: Earning) -> None:
    """An order earned by a tier that the orders before it do not give any more, or give again."""
    worth, before = ledgers.worth(posting.row["cause"], posting.terms), earning.worth
    posting.must(posting.fact("worth") == worth != before, f"is worth {worth} after {before}")
    posting.must((worth < before) is (posting.kind == "reversed"), f"is worth {worth} after {before}")
    earning.worth = worth
    amount = earning.to_take_back(earning.kept) - earning.taken_back
    if worth < before:
        earning.take_back(posting.account, amount, posting.today, forgives=posting.terms.forgives)
    else:
        earning.give_back(posting.account, -amount, posting.today, posting.place)
    count(posting, earning.placed, -amount, 0, 0)


def _reward(ledgers: Ledgers, posting: Posting) -> None:
    """A referral reward is granted, withdrawn and granted again, as an order of the referee qualifies or none."""
    pk, sk = posting.key
    referee, (side, _, number) = pk.removeprefix("REFERRAL#"), sk.lower().partition("#")
    referral_rewards = ledgers.friends.referral_rewards.setdefault(referee, ReferralRewards())
    change = referral_rewards.changes[side] + 1
    posting.must(number == ("" if change == 1 else f"{change:04}"), f"is change {number or 1}, not {change}")
    referral_rewards.changes[side] = change
    orders = ledgers.standing_orders(referee)
    is_due = bool(orders) and not ledgers.friends.is_own(referee)
    posting.must(is_due is (change % 2 == 1), f"is change {change}, and of the referee's orders {orders} qualify")
    kind = "earned" if change == 1 else ("reversed", "reinstated")[change % 2]
    posting.must(posting.kind == kind, f"should be {kind}")
    people = {referee} if side == "referee" else ledgers.friends_of(referee)
    posting.must(any(ledgers.may_be_in(who, posting.row["account"]) for who in people), f"is of {people}")
    _change_reward(ledgers, posting, referral_rewards, side)
    is_to_oneself = change == 1 and ledgers.friends.is_own(referee)
    posting.must(not is_to_oneself, "is given to who brought themselves")


def _change_reward(ledgers: Ledgers, posting: Posting, referral_rewards: ReferralRewards, side: str) -> None:
    """What is given first is a bonus; later that comes and goes as what an order earned does."""
    account, change = posting.account, referral_rewards.changes[side]
    if change == 1:
        bonus = posting.terms.bonus(side)
        posting.must(bonus, "is given, and the shop gives nothing")
        points, lot = _clipped(ledgers, posting, bonus), posting.terms.lot(posting.today)
        referral_rewards.first(side, posting.row["account"], points, lot, posting.place)
        account.earned += points
        account.put({lot: points}, fills_debt=True)
        return
    given = referral_rewards.given[side]
    posting.must(given.earned, "changes a reward of nothing")
    if change % 2:
        given.give_back(account, given.taken_back, posting.today, posting.place)
    else:
        given.take_back(account, given.earned, posting.today, forgives=posting.terms.forgives)


def activate(ledgers: Ledgers, posting: Posting) -> None:
    account = posting.account
    if posting.key[1] == "DELIVERED":
        _deliver(ledgers, posting)
        return
    ripe = {where: amount for where, amount in account.pending.items() if where[:10] <= posting.today}
    posting.must(ripe, "activates nothing")
    _let_activate(account, ripe)


def _let_activate(account: Account, ripe: Mapping[str, int]) -> None:
    lots: Counter[str] = Counter()
    for where, amount in ripe.items():
        wait(account, where, -amount)
        lots[where.partition("/")[2]] += amount
    account.put(lots, fills_debt=True)


def wait(account: Account, where: str, amount: int) -> None:
    on, _, lot = where.partition("/")
    account.wait(on, lot, amount)


def _deliver(ledgers: Ledgers, posting: Posting) -> None:
    order_id = posting.row["cause"]
    order, earning = ledgers.told.get((order_id, posting.fact("version"))), ledgers.earnings.get(order_id)
    if order is None or earning is None or earning.activates_on is None or not order.get("delivered_at"):
        posting.wrong.append("is delivered, and nothing waits for that")
        return
    activates_on, where = posting.terms.activates_on(order, posting.today), f"{earning.activates_on}/{earning.lot}"
    is_sooner = activates_on is None or activates_on < earning.activates_on
    posting.must(is_sooner or not earning.is_delivered, "is delivered again, and no sooner")
    waiting = min(earning.earned - earning.taken_back, posting.account.pending.get(where, 0))
    earning.is_delivered = True
    if activates_on:
        posting.account.wait(earning.activates_on, earning.lot, -waiting)
        posting.account.wait(activates_on, max(earning.lot, activates_on), waiting)
        moved = max(earning.lot, activates_on)
        for portion in earning.remaining:
            portion.lot = moved if portion.lot == earning.lot else portion.lot
        earning.lot = moved
    else:
        _let_activate(posting.account, {where: waiting} if waiting else {})
    earning.activates_on = activates_on


def _money(currency: str, amount: int) -> int:
    return amount if currency == SHOP_CURRENCY else 0
