"""The catalogue in the table.

All rewards lie in one partition. It is no hot key: a shop has tens or hundreds of them, staff alone write them, and a
claim reads one; a partition gives 3,000 such reads a second (DynamoDB quota). What claims do write, the count and the
codes, lies in a partition for each reward, and of a reward without an end there is nothing to write at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import and_
from typing import Final

from pynamodb.expressions.condition import Condition

from loyalty.rewards.items import (
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
from loyalty.rewards.rules import RewardStatus
from shared.errors import NotFoundError
from shared.table import LARGEST_TRANSACTION, Put, commit, find

# A code is two items: that it is known, and that it is free.
CODES_AT_ONCE: Final = LARGEST_TRANSACTION // 2
_MOST_COUNTED: Final = 1_000


def find_reward(reward_id: str) -> StoredReward | None:
    """The reward as it is now, archived or not."""
    return find(StoredReward, CATALOGUE, REWARD + reward_id)


def existing_reward(reward_id: str) -> StoredReward:
    """The reward. Raises NotFoundError."""
    if (reward := find_reward(reward_id)) is None:
        raise NotFoundError("There is no such reward.")
    return reward


def newest_first(
    *, before: str | None, limit: int, status: RewardStatus | None, on: date | None
) -> Sequence[StoredReward]:
    """At most `limit` rewards made before the one of the id `before`; of a status, and to be had on a day."""
    below = StoredReward.sk < REWARD + before if before else StoredReward.sk.startswith(REWARD)
    conditions = [*([StoredReward.status == status] if status else ()), *(_to_be_had(on) if on else ())]
    wanted = reduce(and_, conditions) if conditions else None
    return list(StoredReward.query(CATALOGUE, below, wanted, scan_index_forward=False, limit=limit))


def stock_of(reward: StoredReward) -> Stock | None:
    """How many were given, as it is now, or none yet; None where no stock limits them."""
    if reward.stock is None:
        return None
    return find_stock(reward.id) or Stock.fresh(reward.id)


def find_stock(reward_id: str) -> Stock | None:
    """How many were given of a reward, as it is now; None before the first that counted."""
    return find(Stock, partition_of(reward_id), STOCK)


def taken_of(rewards: Iterable[StoredReward]) -> dict[str, int]:
    """How many were given of each that a stock limits."""
    keys = [(partition_of(reward.id), STOCK) for reward in rewards if reward.stock is not None]
    return {stock.pk.removeprefix(REWARD): stock.taken for stock in Stock.batch_get(keys)} if keys else {}


def some_free_code(reward_id: str) -> FreeCode | None:
    """A code that nobody has yet, from a random place on, so that claims at the same time seldom want the same."""
    pk, start = partition_of(reward_id), FREE + anywhere()
    for where in (FreeCode.sk.between(start, f"{FREE}g"), FreeCode.sk.startswith(FREE)):
        for code in FreeCode.query(pk, where, consistent_read=True, limit=1):
            return code
    return None


def anywhere() -> str:
    """A place among the hashes, at random."""
    return secrets.token_hex(16)


def free_codes(reward_id: str) -> int:
    """How many codes nobody has yet; it counts to 1,000 and no further."""
    return FreeCode.count(partition_of(reward_id), FreeCode.sk.startswith(FREE), limit=_MOST_COUNTED)


def add_codes(reward_id: str, codes: Sequence[str]) -> int:
    """Add those of at most CODES_AT_ONCE different codes that are not known yet; how many they were.

    Raises LostRaceError when one of them came to be known meanwhile.
    """
    wanted = {known.sk: code for code in codes for known in [KnownCode.of(reward_id, code)]}
    keys = [(partition_of(reward_id), sk) for sk in wanted]
    known = {found.sk for found in KnownCode.batch_get(keys, consistent_read=True)}
    added = [code for sk, code in wanted.items() if sk not in known]
    commit(*(Put(kind.of(reward_id, code)) for code in added for kind in (KnownCode, FreeCode)))
    return len(added)


def _to_be_had(day: date) -> tuple[Condition, Condition]:
    first, last = StoredReward.valid_from, StoredReward.valid_until
    return first.does_not_exist() | (first <= day), last.does_not_exist() | (last >= day)
