"""Reads the claims of a customer, which include those of customers merged into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Final

from loyalty.catalogue.claim_items import CLAIM, CLAIMED, ORDER_CLAIMS, Claim, Claimed, ClaimForOrder
from loyalty.catalogue.held import held_rewards
from loyalty.catalogue.items import Stock, StoredReward
from loyalty.catalogue.store import find_stock
from loyalty.ledger.attributes import read_grace_lots
from loyalty.ledger.balances import Taken, negative
from loyalty.ledger.items import Entry
from loyalty.points.items import PointsAccount
from shared.errors import NotFoundError
from shared.items.batches import find_all
from shared.items.keys import customer_partition
from shared.items.table import Put, Write, find

ENTRY: Final = "ENTRY"
CANCELLED: Final = "CANCELLED"


def existing_claim(account: PointsAccount, claim_id: str) -> Claim:
    """A claim of the account's customer, read consistently. Raises NotFoundError."""
    for person in _people(account):
        if claim := find(Claim, customer_partition(person), CLAIM + claim_id):
            return claim
    raise NotFoundError("There is no such claim.")


def newest_first(account: PointsAccount, *, before: str | None, limit: int) -> list[Claim]:
    """At most `limit` claims of the account's customer, made before the claim with the id `before`."""
    found = [_of_person(person, before, limit) for person in _people(account)]
    return list(islice(merge(*found, key=lambda claim: claim.id, reverse=True), limit))


def ids_for_order(order_id: str) -> list[str]:
    """The ids of the claims that name an order, read consistently."""
    return [found.sk for found in ClaimForOrder.query(f"{ORDER_CLAIMS}{order_id}", consistent_read=True)]


def claimed_of(
    account: PointsAccount, reward: StoredReward, now: datetime, *, but: str = ""
) -> tuple[Claimed | None, int]:
    """The customer's count item for a limited reward, and how often they had it so far.

    What their open checkouts hold counts, without the hold `but`. Claims of merged customers count too; their own count
    items no longer change.
    """
    if reward.limit_per_customer is None:
        return None, 0
    own = find_claimed(account.customer_id, reward.id) or Claimed.fresh(account.customer_id, reward.id)
    others = [find_claimed(person, reward.id) for person in account.merged_from or ()]
    held = held_rewards(account, now, but=but)[reward.id]
    return own, own.taken + sum(other.taken for other in others if other) + held


def had_of(account: PointsAccount, rewards: Iterable[StoredReward], now: datetime) -> Mapping[str, int]:
    """How often the customer had each limited reward, by its id, as `claimed_of` counts it, a moment ago."""
    limited = [reward.id for reward in rewards if reward.limit_per_customer is not None]
    keys = [(customer_partition(person), CLAIMED + each) for person in _people(account) for each in limited]
    had = held_rewards(account, now)
    for claimed in find_all(Claimed, keys, consistent_read=False):
        had[claimed.sk.removeprefix(CLAIMED)] += claimed.taken
    return had


def find_claimed(customer_id: str, reward_id: str) -> Claimed | None:
    """The customer's count item for a reward, read consistently; None before the first counted claim."""
    return find(Claimed, customer_partition(customer_id), CLAIMED + reward_id)


def counted(claim: Claim, claimed: Claimed | None, stock: Stock | None) -> list[Write]:
    """The writes by which a new claim counts in the limit and the stock of its reward, as far as these are there."""
    writes: list[Write] = []
    for count in (claimed, stock):
        if count is not None:
            count.taken += 1
            writes.append(Put(count))
    claim.in_limit = True if claimed else None
    claim.in_stock = True if stock else None
    return writes


def recounted(claim: Claim, by: int) -> list[Write]:
    """The writes by which a claim counts no longer (-1), or again (1), in the stock and the limit of its reward."""
    counts = [
        find_stock(claim.reward_id) if claim.in_stock else None,
        find_claimed(claim.customer_id, claim.reward_id) if claim.in_limit else None,
    ]
    writes: list[Write] = []
    for count in counts:
        if count is not None:
            count.taken += by
            writes.append(Put(count))
    return writes


def taken_by(claim: Claim) -> Taken:
    """The lots that a claim's points were spent from, read from its entry."""
    entry = find(Entry, f"CLAIM#{claim.id}", ENTRY)
    return Taken(negative(entry.lots or {}), read_grace_lots(entry.fact("graced") or {})) if entry else Taken({})


def _people(account: PointsAccount) -> tuple[str, ...]:
    return account.customer_id, *(account.merged_from or ())


def _of_person(customer_id: str, before: str | None, limit: int) -> list[Claim]:
    below = Claim.sk.between(CLAIM, CLAIM + before) if before else Claim.sk.startswith(CLAIM)
    # A range includes both ends: one more item, for the claim before which the page begins.
    found = Claim.query(
        customer_partition(customer_id), below, consistent_read=True, scan_index_forward=False, limit=limit + 1
    )
    return [claim for claim in found if claim.id != before][:limit]
