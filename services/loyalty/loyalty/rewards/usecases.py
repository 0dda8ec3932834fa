"""The catalogue: what staff do to rewards, and who sees which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loyalty.points.store import terms_now
from loyalty.rewards import store
from loyalty.rewards.items import StoredReward
from loyalty.rewards.models import CodesAdded, NewCodes, NewReward, RewardPatch, RewardsQuery, RewardView
from loyalty.rewards.rules import CodeSource, RewardStatus
from shared import clock, ids
from shared.errors import InvalidError, NotFoundError, PreconditionFailedError
from shared.http import Attempt, Page, apply_merge_patch, checked
from shared.http.cursors import invalid_cursor
from shared.table import Put, commit, retry_lost_races


def add_reward(new: NewReward, *, attempt: Attempt | None) -> RewardView:
    """Put a reward into the catalogue."""
    reward = StoredReward.fresh(ids.new_reward_id(), clock.now())
    new.describe(reward)
    view = RewardView.of(reward, 0, for_staff=True, version=1)
    commit(Put(reward), attempt and attempt.receipt(view))
    return view


def list_rewards(query: RewardsQuery, position: Mapping[str, Any] | None, *, for_staff: bool) -> Page[RewardView]:
    """Rewards, newest first: staff see all, others those that can be had today."""
    status = query.status if for_staff else RewardStatus.ACTIVE
    on = None if for_staff else terms_now().today
    found = store.newest_first(before=position_in(position), limit=query.limit + 1, status=status, on=on)
    page = found[: query.limit]
    taken = store.taken_of(page)
    views = [RewardView.of(reward, taken.get(reward.id, 0), for_staff=for_staff) for reward in page]
    return Page.of(views, {"before": page[-1].id} if len(found) > query.limit else None)


def read_reward(reward_id: str, *, for_staff: bool) -> RewardView:
    """A reward. Raises NotFoundError; to others than staff an archived one is not there."""
    reward = store.existing_reward(reward_id)
    if not for_staff and reward.status is not RewardStatus.ACTIVE:
        raise NotFoundError("There is no such reward.")
    return _view(reward, for_staff=for_staff)


def change_reward(reward_id: str, patch: RewardPatch, version: int) -> RewardView:
    """Change a reward, if it is still at `version`. A claim that has read it before may still go by what it was.

    Raises NotFoundError, PreconditionFailedError, InvalidError; LostRaceError when somebody else was faster.
    """
    reward = store.existing_reward(reward_id)
    if reward.version != version:
        raise PreconditionFailedError
    after = checked(NewReward, apply_merge_patch(NewReward.of(reward), patch))
    if after.codes.source is not reward.code_source:
        raise InvalidError.of("codes.source", "Cannot be changed: make another reward")
    after.describe(reward)
    view = _view(reward, for_staff=True, version=version + 1)
    commit(Put(reward))
    return view


def archive_reward(reward_id: str) -> RewardView:
    """Let nobody claim a reward any more; what was claimed stands. Again, it changes nothing. Raises NotFoundError."""
    return retry_lost_races(lambda: _archive(reward_id))


def add_codes(reward_id: str, new: NewCodes) -> CodesAdded:
    """Add codes that claims will be given; those known already are left out, whether they were given or not.

    After a failure the same can be posted again: what was added then counts as duplicates. Raises NotFoundError,
    InvalidError where codes are not imported.
    """
    if store.existing_reward(reward_id).code_source is not CodeSource.IMPORTED:
        raise InvalidError.of("codes", "The codes of this reward are not imported")
    codes, added = list(dict.fromkeys(new.codes)), 0
    for first in range(0, len(codes), store.CODES_AT_ONCE):
        some = codes[first : first + store.CODES_AT_ONCE]
        added += retry_lost_races(lambda some=some: store.add_codes(reward_id, some))  # type: ignore[misc]
    return CodesAdded(added=added, duplicates=len(new.codes) - added)


def position_in(position: Mapping[str, Any] | None) -> str | None:
    """The id that a page of rewards or claims begins before."""
    if position is None:
        return None
    before = position.get("before")
    if not isinstance(before, str):
        raise invalid_cursor()
    return before


def _archive(reward_id: str) -> RewardView:
    reward = store.existing_reward(reward_id)
    if reward.status is RewardStatus.ARCHIVED:
        return _view(reward, for_staff=True)
    reward.status = RewardStatus.ARCHIVED
    view = _view(reward, for_staff=True, version=(reward.version or 0) + 1)
    commit(Put(reward))
    return view


def _view(reward: StoredReward, *, for_staff: bool, version: int | None = None) -> RewardView:
    stock = store.stock_of(reward)
    counts = for_staff and reward.code_source is CodeSource.IMPORTED
    return RewardView.of(
        reward,
        stock.taken if stock else 0,
        for_staff=for_staff,
        version=version,
        codes_left=store.free_codes(reward.id) if counts else None,
    )
