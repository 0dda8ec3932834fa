"""Checks of referral rewards: at every moment, and once everything has settled."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.loyalty.model.referral_rewards import SIDES, ReferralRewards
from tests.simulation.scene import Scene
from tests.simulation.tables import Row, Tables


def referral_rewards_are_counted(scene: Scene, tables: Tables) -> Iterator[str]:
    """An account counts the qualifying orders of a referee, and both sides were granted and withdrawn the same."""
    ledgers = scene.books.ledgers
    for row in tables.of_kind("loyalty", "account"):
        for referee, (qualifying_orders, changes, *end) in (row.get("referrals") or {}).items():
            orders, referral_rewards = (
                ledgers.standing_orders(referee),
                ledgers.friends.referral_rewards.get(referee, ReferralRewards()),
            )
            if qualifying_orders != len(orders):
                yield f"{row['pk']} counts {qualifying_orders} orders for {referee}, and {orders} qualify"
            friend, is_own = [each for each in end[:1] if each], bool(end[1:])
            if not set(friend) <= ledgers.friends_of(referee):
                yield f"{row['pk']} was referred by {friend}, whom nobody named"
            if len(referral_rewards.given) == len(SIDES) and is_own is not ledgers.friends.is_own(referee):
                yield f"{row['pk']} brought {referee}, and their being one person is told as {is_own}"
            for side, posted in _changes(scene, tables, referee, referral_rewards):
                if posted != changes:
                    yield f"rewards for {referee} have changed {changes} times, those of the {side} {posted} times"


def referral_rewards_follow_the_orders(scene: Scene, tables: Tables) -> Iterator[str]:
    """Who referred somebody else has the reward while an order of that customer qualifies, and only then."""
    friends, ledgers = scene.books.ledgers.friends, scene.books.ledgers
    for referee, named in friends.named.items():
        if len({ledgers.owner(friend) for friend, is_answered in named.items() if is_answered}) > 1:
            yield f"{referee} was answered to have been referred by {named}"
    for referee in {*friends.named, *friends.referral_rewards}:
        account = tables.own("loyalty", ledgers.owner(referee), "ACCOUNT") or {}
        referral_rewards, orders = (
            friends.referral_rewards.get(referee, ReferralRewards()),
            ledgers.standing_orders(referee),
        )
        if "erased_at" in account or not (referral_rewards.changes or _is_certain(scene, referee)):
            continue
        is_due = bool(orders) and not friends.is_own(referee)
        for side, changes in _changes(scene, tables, referee, referral_rewards):
            if (changes % 2 == 1) is not is_due:
                yield f"rewards for {referee} have changed {changes} times for the {side}, and orders {orders} qualify"


def _changes(
    scene: Scene, tables: Tables, referee: str, referral_rewards: ReferralRewards
) -> Iterator[tuple[str, int]]:
    """How often each side's reward changed, of those who are there and have something to gain or to lose."""
    for side in SIDES:
        given = referral_rewards.given.get(side)
        has_some = given.earned if given else scene.programme.terms.bonus(side)
        if has_some and not _is_erased(scene, tables, referee, side):
            yield side, referral_rewards.changes[side]


def _is_erased(scene: Scene, tables: Tables, referee: str, side: str) -> bool:
    ledgers = scene.books.ledgers
    people = {referee} if side == "referee" else ledgers.friends_of(referee)
    return any("erased_at" in _account(tables, ledgers.owner(who)) for who in people)


def _account(tables: Tables, who: str) -> Row:
    return tables.own("loyalty", who, "ACCOUNT") or {}


def _is_certain(scene: Scene, referee: str) -> bool:
    """Whether it was answered that they were brought, and they never turned out to be somebody else as well."""
    merged = scene.books.ledgers.merged
    is_alone = referee not in {*merged, *merged.values()}
    return is_alone and any(scene.books.ledgers.friends.named.get(referee, {}).values())
