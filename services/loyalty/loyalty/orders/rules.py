"""The points that an order earns, loses or gets back, decided from the order and its entries. Pure.

Events may arrive late, twice, out of order or never: the newest version decides how many points the order keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from loyalty.earning.models import Earned, Member, OrderFacts
from loyalty.earning.rules import birthdays_after, price
from loyalty.earning.tiered import Tiered, write_tiered
from loyalty.ledger import rules
from loyalty.ledger.balances import Activation, Balances, Posting
from loyalty.ledger.reversals import LotShare
from loyalty.orders.order_entries import (
    DELIVERED,
    EARNED,
    SETTLED,
    Earning,
    Kept,
    OrderEntries,
    ReversedMark,
)
from loyalty.orders.recorded_order import RecordedOrder
from loyalty.orders.refunds import all_to_take_back, give_back, take_back
from loyalty.points.referral_rules import Referrals, counted, points_of_least
from loyalty.points.rules import EarnedTotals, TierSlack, slack_with
from loyalty.points.tier_rules import Qualifying, TierState, requalify
from shared.events.customers import CustomerStatus
from shared.events.loyalty import TierId


@dataclass(frozen=True)
class Holder:
    """The parts of an account that decide its postings for an order; `tier_then` is the tier at its own time.

    `number` is that of the account's newest entry.
    """

    balances: Balances = field(default_factory=Balances)
    tiers: TierState = field(default_factory=TierState)
    groups: tuple[str, ...] | None = None
    birthday: date | None = None
    birthdays: tuple[date, ...] | None = None
    status: CustomerStatus | None = None
    opened_at: datetime | None = None
    quota: EarnedTotals | None = None
    referrals: Referrals | None = None
    tier_then: TierId | None = None
    tier_slack: TierSlack | None = None
    name: str = ""
    number: int = 0
    is_stored: bool = True
    is_erased: bool = False

    def slack_after(self, amount: int, earned: Earning) -> TierSlack | None:
        """The slack once a settlement of the order changes the qualifying amount."""
        number = earned.at[1] if earned.account == self.name else 0
        return self.tier_slack.after(amount, number) if self.tier_slack else None


@dataclass(frozen=True)
class Known:
    """The stored entries of an order, and the account that its points belong to.

    `holder` is None for an order without a customer. `shares` are the order's remaining points, newest first; they are
    read only where `loses_points`.
    """

    holder: Holder | None
    entries: OrderEntries = field(default_factory=OrderEntries)
    shares: Sequence[LotShare] = ()


@dataclass(frozen=True)
class OpenAccount:
    """Store the customer's account, which is still empty."""


@dataclass(frozen=True)
class PostEntry:
    """Post an entry to the account, and store every field that is not None in the account.

    `step` is the entry's sort key in the order's partition.
    """

    step: str
    posting: Posting
    facts: Mapping[str, Any]
    tiers: TierState | None = None
    referrals: Referrals | None = None
    quota: EarnedTotals | None = None
    opened_at: datetime | None = None
    birthdays: tuple[date, ...] | None = None
    tier_slack: TierSlack | None = None


@dataclass(frozen=True)
class Decision:
    """The next write for an order. `goes_on` means: read again and decide again after the write."""

    write: OpenAccount | ReversedMark | PostEntry
    goes_on: bool = False


def decide(recorded: RecordedOrder, known: Known) -> Decision | None:
    """The next write for the order; None when nothing is missing."""
    holder, entries = known.holder, known.entries
    if holder is None:
        return _mark(recorded, entries)
    if holder.is_erased:
        return None
    if entries.earned:
        return _settle(recorded, holder, entries.earned, known) or _deliver(recorded, holder, entries)
    if recorded.earns:
        return None if entries.is_free_since(recorded.version) else _earn(recorded, holder)
    if not holder.is_stored:
        return Decision(OpenAccount(), goes_on=recorded.is_changed)
    return _mark(recorded, entries)


def loses_points(recorded: RecordedOrder, entries: OrderEntries) -> bool:
    """Whether this version takes back points that the order earned.

    The points decide. An edit may raise the total and lower the goods. What is kept decides where no point moves.
    """
    earned = entries.earned
    if earned is None or not entries.is_news(recorded.version):
        return False
    amount = _target(recorded, entries, earned) - entries.taken_back
    return amount > 0 or (amount == 0 and recorded.keeps_less_than(entries))


def _mark(recorded: RecordedOrder, entries: OrderEntries) -> Decision | None:
    """Store the reversed amount of an order that earned nothing: points may have paid for it."""
    if not recorded.is_changed or (entries.mark and entries.mark.version >= recorded.version):
        return None
    order, money = recorded.order, recorded.reversed_money
    is_cancelled = order.cancelled_at is not None
    return Decision(ReversedMark(recorded.version, order.total, money, is_cancelled, returned=recorded.returned))


def _earn(recorded: RecordedOrder, holder: Holder) -> Decision:
    order, own = recorded.order, recorded.own
    programme, limits = own.programme, own.programme.earning.limits
    quota = recorded.quota(holder.quota)
    tier = holder.tier_then or holder.tiers.tier
    member = Member.of(tier, holder.groups, holder.birthday, holder.status, holder.birthdays)
    facts, left = OrderFacts.of(order), quota.left(limits)
    earned = price(facts, member, programme, left)
    tiered = Tiered.of(facts, member, programme, left, points=earned.points, state=holder.tiers, on=own.today)
    placed = programme.day_of(order.placed_at)
    brought = list(holder.referrals or ()) if earned.points and earned.base >= programme.referral_order else []
    money = order.total if order.currency == programme.currency else 0
    tiers = _requalify(recorded, holder, Qualifying(recorded.counts_on, earned.points, money, orders=1))
    entry = PostEntry(
        EARNED,
        rules.earn(holder.balances, earned.points, recorded.lot, recorded.activates_on),
        {
            **_facts_of(recorded, earned, brought),
            "reached": _reached_before(recorded, holder, tiers),
            "tiered": write_tiered(tiered),
        },
        tiers,
        counted(holder.referrals, brought, 1),
        quota.used(earned.points, limits),
        recorded.opened_at(holder.opened_at),
        birthdays_after(holder.birthdays, earned, placed, programme.earning.bonuses.birthday_window),
        slack_with(holder.tier_slack, holder.number + 1, tiered.spare) if tiered else None,
    )
    return Decision(entry, goes_on=recorded.is_changed or recorded.ends_waiting)


def _facts_of(recorded: RecordedOrder, earned: Earned, brought: Sequence[str]) -> dict[str, Any]:
    """The facts of an order's entry, for later settlements and for whoever asks how it earned."""
    order, own, activates_on = recorded.order, recorded.own, recorded.activates_on
    placed, parts = own.programme.day_of(order.placed_at), recorded.counted_parts
    least = points_of_least(earned.points, earned.base, own.programme.referral_order) if brought else None
    left_out, step = recorded.left_out(earned), own.programme.earning.step
    return {
        "version": recorded.version,
        "currency": order.currency,
        "total": order.total,
        "placed": placed.isoformat(),
        "counts": recorded.counts_on.isoformat() if recorded.counts_on != placed else None,
        "as_of": own.today.isoformat() if own.today != recorded.terms.today else None,
        "lot": recorded.lot.isoformat(),
        "ripens": activates_on and activates_on.isoformat(),
        "parts": [[part.rule, part.points] for part in earned.parts] or None,
        "brought": brought or None,
        "brings": least,
        "counted": parts or None,
        "earning": recorded.kept(parts, left_out).of,
        "left_out": left_out or None,
        "steps": [earned.base, step] if step else None,
    }


def _reached_before(recorded: RecordedOrder, holder: Holder, tiers: TierState | None) -> str | None:
    """The day since which a tier is held that an order told late gives; None if it is today's or not changed."""
    if tiers is None or tiers.tier == holder.tiers.tier or tiers.since in {None, recorded.terms.today}:
        return None
    return tiers.since.isoformat() if tiers.since else None


def _requalify(recorded: RecordedOrder, holder: Holder, change: Qualifying) -> TierState | None:
    """The tier once `change` counts towards it; None if it counts nothing."""
    tiers, today = recorded.terms.programme.tiers, recorded.terms.today
    amount = change.by(tiers.by)
    return requalify(holder.tiers, amount, min(change.on, today), today, tiers) if amount else None


def _settle(recorded: RecordedOrder, holder: Holder, earned: Earning, known: Known) -> Decision | None:
    """Take points back or give points back until the order keeps the right number."""
    entries = known.entries
    if not _is_due(recorded, entries, earned):
        return None
    kept, target = recorded.kept_of(earned), _target(recorded, entries, earned)
    amount = abs(target - entries.taken_back)
    if loses_points(recorded, entries):
        change = take_back(holder.balances, entries, amount, known.shares, recorded.terms)
    else:
        change = give_back(holder.balances, entries, amount, recorded.terms)
    edit: dict[str, Any] = {"total": recorded.order.total} if recorded.order.total != earned.total else {}
    edit |= {"most": entries.most, "returned": recorded.returned}
    least = entries.brings_at(entries.worth)
    qualifies, qualified = earned.points - target >= least, entries.remaining >= least
    qualifying = _qualifying_change(recorded, entries, earned, target, kept)
    entry = PostEntry(
        f"{SETTLED}{recorded.version:09}",
        change.posting,
        {"version": recorded.version, "undone": recorded.reversed_money, "kept": kept, **edit, **change.facts},
        _requalify(recorded, holder, qualifying),
        counted(holder.referrals, earned.brought, int(qualifies) - int(qualified)),
        _quota_after(recorded, holder, entries),
        tier_slack=holder.slack_after(qualifying.by(recorded.terms.programme.tiers.by), earned),
    )
    return Decision(entry, goes_on=recorded.ends_waiting)


def _target(recorded: RecordedOrder, entries: OrderEntries, earned: Earning) -> int:
    """The number of points to have taken back at this version of the order."""
    return all_to_take_back(earned, entries.worth, recorded.kept_of(earned), entries.most)


def _quota_after(recorded: RecordedOrder, holder: Holder, entries: OrderEntries) -> EarnedTotals | None:
    """The points that count for the limits, once an edit gave the order more than it ever had; None if it did not."""
    more = entries.most.points - entries.peak if entries.most else 0
    return recorded.quota(holder.quota).used(more, recorded.own.programme.earning.limits) if more > 0 else None


def _is_due(recorded: RecordedOrder, entries: OrderEntries, earned: Earning) -> bool:
    """Whether this version is newer, and states another total or reversed amount, or by an edit other points.

    A reinstatement is posted in any case: the event of the earlier cancellation may still arrive.
    """
    if not recorded.is_changed or not entries.is_news(recorded.version):
        return False
    is_reinstated = recorded.order.reinstated_at is not None and earned.version != recorded.version
    is_moved = recorded.order.edited_at is not None and _target(recorded, entries, earned) != entries.taken_back
    told = (recorded.order.total, recorded.reversed_money, recorded.returned)
    return is_reinstated or is_moved or told != (*entries.money, entries.returned)


def _qualifying_change(
    recorded: RecordedOrder, entries: OrderEntries, earned: Earning, target: int, kept: Kept
) -> Qualifying:
    """The change of the order's qualifying amounts once `target` of its points are taken back, and `kept` is left.

    An order counts as one while any of its earning money is left.
    """
    before, now = entries.kept_money, recorded.kept_money
    orders = int(kept.money > 0) - int(entries.is_kept)
    money = now - before if earned.currency == recorded.terms.programme.currency else 0
    return Qualifying(earned.placed or recorded.terms.today, entries.taken_back - target, money, orders)


def _deliver(recorded: RecordedOrder, holder: Holder, entries: OrderEntries) -> Decision | None:
    """Activate points that wait for the delivery at once, or move their activation to its new day."""
    where, day = entries.activation, recorded.activates_on
    if not recorded.ends_waiting or where is None or where.on == day:
        return None
    if entries.delivered and day and day > where.on:
        return None  # an earlier date of delivery is known
    if where.on <= recorded.terms.today:
        return None  # they have been activated, or will be within the hour
    posting = _activation(holder.balances, where, entries.remaining, day)
    facts = {"version": recorded.version, "ripens": day.isoformat() if day else ""}
    step = f"{DELIVERED}#{recorded.version:09}" if entries.delivered else DELIVERED
    return Decision(PostEntry(step, posting, facts))


def _activation(before: Balances, where: Activation, amount: int, day: date | None) -> Posting:
    if day is None:
        return rules.activate_early(before, where, amount)
    return rules.reschedule(before, where, amount, day)
