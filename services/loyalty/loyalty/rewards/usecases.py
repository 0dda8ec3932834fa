"""The catalogue: changes by staff, and the rewards that each caller sees."""

from __future__ import annotations

from loyalty.catalogue import store
from loyalty.catalogue.items import StoredReward
from loyalty.catalogue.rules import CodeSource, RewardStatus
from loyalty.points.store import terms_now
from loyalty.rewards.models import CodesAdded, NewCodes, NewReward, RewardPatch, RewardsQuery, RewardView
from shared import clock, ids
from shared.errors import InvalidError, NotFoundError, PreconditionFailedError
from shared.http import Attempt, Page, apply_merge_patch, checked
from shared.items.table import Put, commit, retry_lost_races
from shared.model import STORED


def add_reward(new: NewReward, *, attempt: Attempt | None) -> RewardView:
    """Add a reward to the catalogue. Raises InvalidError for a tier that the programme never had."""
    _check_tiers(new)
    reward = StoredReward.fresh(ids.new_reward_id(), clock.now())
    new.describe(reward)
    view = RewardView.of(reward, 0, for_staff=True, version=1)
    commit(Put(reward), attempt and attempt.receipt(view))
    return view


def list_rewards(query: RewardsQuery, before: str | None, *, for_staff: bool) -> Page[RewardView]:
    """Rewards, newest first: staff see all of them, others only those available today."""
    status = query.status if for_staff else RewardStatus.ACTIVE
    on = None if for_staff else terms_now().today
    found = store.newest_first(before=before, limit=query.limit + 1, status=status, on=on)
    page = found[: query.limit]
    gone = store.gone_of(page)
    views = [RewardView.of(reward, gone.get(reward.id, 0), for_staff=for_staff) for reward in page]
    return Page.of(views, page[-1].id if len(found) > query.limit else None)


def read_reward(reward_id: str, *, for_staff: bool) -> RewardView:
    """A reward. Raises NotFoundError, also to callers other than staff for an archived reward."""
    reward = store.existing_reward(reward_id)
    if not for_staff and reward.status is not RewardStatus.ACTIVE:
        raise NotFoundError("There is no such reward.")
    return _view(reward, for_staff=for_staff)


def change_reward(reward_id: str, patch: RewardPatch, version: int) -> RewardView:
    """Change a reward, if it is still at `version`. A claim that read the reward before may still use its old facts.

    Raises NotFoundError, PreconditionFailedError, InvalidError; LostRaceError when another change was faster.
    """
    reward = store.existing_reward(reward_id)
    if reward.version != version:
        raise PreconditionFailedError
    after = checked(NewReward, apply_merge_patch(NewReward.of(reward), patch), STORED)
    if after.codes.source is not reward.code_source:
        raise InvalidError.of("codes.source", "Cannot be changed: make another reward")
    _check_tiers(after)
    after.describe(reward)
    view = _view(reward, for_staff=True, version=version + 1)
    commit(Put(reward))
    return view


def archive_reward(reward_id: str) -> RewardView:
    """End claims of a reward; earlier claims stand. A repeated call changes nothing. Raises NotFoundError."""
    return retry_lost_races(lambda: _archive(reward_id))


def add_codes(reward_id: str, new: NewCodes) -> CodesAdded:
    """Add codes for claims to give. Known codes are left out, whether or not they were given.

    After a failure the same codes can be posted again: codes that were added then count as duplicates. Raises
    NotFoundError, InvalidError where codes are not imported.
    """
    if store.existing_reward(reward_id).code_source is not CodeSource.IMPORTED:
        raise InvalidError.of("codes", "The codes of this reward are not imported")
    codes, added = list(dict.fromkeys(new.codes)), 0
    for first in range(0, len(codes), store.CODES_AT_ONCE):
        some = codes[first : first + store.CODES_AT_ONCE]
        added += retry_lost_races(lambda some=some: store.add_codes(reward_id, some))  # type: ignore[misc]
    return CodesAdded(added=added, duplicates=len(new.codes) - added)


def _check_tiers(reward: NewReward) -> None:
    if unknown := terms_now().programme.tiers.unknown(reward.tiers):
        raise InvalidError.of(f"tiers.{unknown[0]}", f"There is no tier {unknown[1]}")


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
        stock.gone(clock.now()) if stock else 0,
        for_staff=for_staff,
        version=version,
        codes_left=store.free_codes(reward.id) if counts else None,
    )
