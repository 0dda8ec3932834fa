"""The catalogue in the table.

All rewards are in one partition, which is no hot key. A shop has tens or hundreds of rewards, only staff write them,
and a claim reads one. A partition gives 3,000 such reads a second (DynamoDB quota). Claims write only counts and codes,
which are in a partition of each reward; an unlimited reward has neither.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import and_
from typing import Final

from pynamodb.expressions.condition import Condition

from loyalty.catalogue.items import (
    CATALOGUE,
    FREE,
    REWARD,
    STOCK,
    FreeCode,
    KnownCode,
    Stock,
    StoredReward,
    partition_of,
)
from loyalty.catalogue.rules import RewardStatus
from shared import clock
from shared.errors import NotFoundError
from shared.items.batches import find_all
from shared.items.table import LARGEST_TRANSACTION, Put, commit, find

# Each code has two items: a known code and a free code.
CODES_AT_ONCE: Final = LARGEST_TRANSACTION // 2
_MOST_COUNTED: Final = 1_000


def find_reward(reward_id: str) -> StoredReward | None:
    """The reward, archived or not, read consistently."""
    return find(StoredReward, CATALOGUE, REWARD + reward_id)


def existing_reward(reward_id: str) -> StoredReward:
    """The reward. Raises NotFoundError."""
    if (reward := find_reward(reward_id)) is None:
        raise NotFoundError("There is no such reward.")
    return reward


def newest_first(
    *, before: str | None, limit: int | None, status: RewardStatus | None, on: date | None
) -> Sequence[StoredReward]:
    """At most `limit` rewards made before the reward `before`, with a status, and available on a day; None is all."""
    below = StoredReward.sk < REWARD + before if before else StoredReward.sk.startswith(REWARD)
    conditions = [*([StoredReward.status == status] if status else ()), *(_to_be_had(on) if on else ())]
    wanted = reduce(and_, conditions) if conditions else None
    return list(StoredReward.query(CATALOGUE, below, wanted, scan_index_forward=False, limit=limit))


def stock_of(reward: StoredReward) -> Stock | None:
    """The stock item of a limited reward, or a count of zero; None for an unlimited reward."""
    if reward.stock is None:
        return None
    return find_stock(reward.id) or Stock.fresh(reward.id)


def find_stock(reward_id: str) -> Stock | None:
    """The stock item of a reward, read consistently; None before the first counted claim."""
    return find(Stock, partition_of(reward_id), STOCK)


def gone_of(rewards: Iterable[StoredReward]) -> dict[str, int]:
    """Of each limited reward, the number that was given or that open checkouts hold."""
    keys = [(partition_of(reward.id), STOCK) for reward in rewards if reward.stock is not None]
    found = find_all(Stock, keys, consistent_read=False)
    now = clock.now()
    return {stock.pk.removeprefix(REWARD): stock.gone(now) for stock in found}


def some_free_code(reward_id: str) -> FreeCode | None:
    """A free code, found from a random place on, so that simultaneous claims seldom want the same code."""
    pk, start = partition_of(reward_id), FREE + anywhere()
    for where in (FreeCode.sk.between(start, f"{FREE}g"), FreeCode.sk.startswith(FREE)):
        for code in FreeCode.query(pk, where, consistent_read=True, limit=1):
            return code
    return None


def has_free_code(reward_id: str) -> bool:
    """Whether a code is free, as a moment ago: half a read unit."""
    found = FreeCode.query(partition_of(reward_id), FreeCode.sk.startswith(FREE), limit=1, attributes_to_get=["sk"])
    return any(True for _ in found)


def anywhere() -> str:
    """A random place among the hashes."""
    return secrets.token_hex(16)


def free_codes(reward_id: str) -> int:
    """The number of free codes, counted up to 1,000 and no further: one read."""
    codes = FreeCode.sk.startswith(FREE)
    # PynamoDB's `count` takes the limit for the size of a page, and counts every page.
    pages = FreeCode.query(partition_of(reward_id), codes, limit=_MOST_COUNTED, attributes_to_get=["sk"]).page_iter
    counted: int = next(pages)["Count"]
    return counted


def add_codes(reward_id: str, codes: Sequence[str]) -> int:
    """Add the codes that are not known yet, of at most CODES_AT_ONCE different ones; return their number.

    Raises LostRaceError when one of the codes was added meanwhile.
    """
    wanted = {known.sk: code for code in codes for known in [KnownCode.of(reward_id, code)]}
    keys = [(partition_of(reward_id), sk) for sk in wanted]
    known = {found.sk for found in find_all(KnownCode, keys)}
    added = [code for sk, code in wanted.items() if sk not in known]
    commit(*(Put(kind.of(reward_id, code)) for code in added for kind in (KnownCode, FreeCode)))
    return len(added)


def _to_be_had(day: date) -> tuple[Condition, Condition]:
    first, last = StoredReward.valid_from, StoredReward.valid_until
    return first.does_not_exist() | (first <= day), last.does_not_exist() | (last >= day)
