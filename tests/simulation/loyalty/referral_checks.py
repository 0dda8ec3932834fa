"""Checks of thanks for bringing a customer: at every moment, and once everything has settled."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.loyalty.model.thanks import SIDES, Thanks
from tests.simulation.scene import Scene
from tests.simulation.tables import Row, Tables


def thanks_are_counted(scene: Scene, tables: Tables) -> Iterator[str]:
    """An account counts the orders that stand of whoever was brought, and both sides have the same thanks."""
    ledgers = scene.books.ledgers
    for row in tables.of_kind("loyalty", "account"):
        for referee, (standing, turns, *friend) in (row.get("referrals") or {}).items():
            stand, thanks = ledgers.standing_orders(referee), ledgers.friends.thanks.get(referee, Thanks())
            if standing != len(stand):
                yield f"{row['pk']} counts {standing} orders for {referee}, and {stand} stand"
            if not set(friend) <= ledgers.friends_of(referee):
                yield f"{row['pk']} was brought by {friend}, whom nobody named"
            for side, posted in _turns(scene, tables, referee, thanks):
                if posted != turns:
                    yield f"thanks for {referee} have turned {turns} times, those of the {side} {posted} times"


def thanks_follow_the_orders(scene: Scene, tables: Tables) -> Iterator[str]:
    """Whoever was named as having brought somebody is thanked while an order of that customer stands, and only then."""
    friends, ledgers = scene.books.ledgers.friends, scene.books.ledgers
    for referee, named in friends.named.items():
        if len({ledgers.owner(friend) for friend, is_answered in named.items() if is_answered}) > 1:
            yield f"{referee} was answered to have been brought by {named}"
    for referee in {*friends.named, *friends.thanks}:
        account = tables.own("loyalty", ledgers.owner(referee), "ACCOUNT") or {}
        thanks, stand = friends.thanks.get(referee, Thanks()), ledgers.standing_orders(referee)
        if "erased_at" in account or not (thanks.turns or _is_certain(scene, referee)):
            continue
        for side, turns in _turns(scene, tables, referee, thanks):
            if (turns % 2 == 1) is not bool(stand):
                yield f"thanks for {referee} have turned {turns} times for the {side}, and orders {stand} stand"


def _turns(scene: Scene, tables: Tables, referee: str, thanks: Thanks) -> Iterator[tuple[str, int]]:
    """How often the thanks of each side turned, of those who are there and have something to be given or to lose."""
    for side in SIDES:
        given = thanks.given.get(side)
        has_some = given.earned if given else scene.programme.terms.bonus(side)
        if has_some and not _is_erased(scene, tables, referee, side):
            yield side, thanks.turns[side]


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
