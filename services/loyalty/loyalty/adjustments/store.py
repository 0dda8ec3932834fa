"""Finding proposals: a customer's, and all that wait for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from itertools import islice

from loyalty.adjustments.items import OPEN_SHARDS, PROPOSAL, Proposal, ProposalState
from loyalty.points.items import PointsAccount
from shared.keys import customer_partition
from shared.table import find


def find_proposal(account: PointsAccount, proposal_id: str) -> Proposal | None:
    """The proposal as it is now, of the customer or of anybody's who turned out to be them."""
    found = (find(Proposal, partition, f"{PROPOSAL}{proposal_id}") for partition in _partitions(account))
    return next((proposal for proposal in found if proposal), None)


def proposals_of(account: PointsAccount, *, before: str | None, limit: int) -> list[Proposal]:
    """At most `limit` proposals of a customer whose ids are below `before`, newest first; decided ones too."""
    pages = [_proposals_in(partition, before, limit) for partition in _partitions(account)]
    return list(islice(merge(*pages, key=lambda proposal: proposal.id, reverse=True), limit))


def open_ids(*, before: str | None, limit: int) -> list[tuple[str, str]]:
    """Keys of at most `limit` proposals that wait, with ids below `before`, newest first. It may lag a little."""
    older = Proposal.due_at < before if before else None
    shards = [
        [
            (found.sk, found.pk)
            for found in Proposal.open_ones.query(shard, older, scan_index_forward=False, limit=limit)
        ]
        for shard in OPEN_SHARDS
    ]
    return [(pk, sk) for sk, pk in islice(merge(*shards, reverse=True), limit)]


def still_open(keys: Sequence[tuple[str, str]]) -> list[Proposal]:
    """Those of the proposals that wait, as they are now, newest first."""
    found = Proposal.batch_get(list(keys), consistent_read=True) if keys else ()
    waiting = (proposal for proposal in found if proposal.state is ProposalState.PROPOSED)
    return sorted(waiting, key=lambda proposal: proposal.id, reverse=True)


def _proposals_in(partition: str, before: str | None, limit: int) -> list[Proposal]:
    # Up to the id itself, which the caller has seen: a range of sort keys has both its ends.
    last = f"{PROPOSAL}{before}" if before else f"{PROPOSAL}~"
    keys = Proposal.sk.between(PROPOSAL, last)
    more = 1 if before else 0
    found = Proposal.query(partition, keys, consistent_read=True, scan_index_forward=False, limit=limit + more)
    return [proposal for proposal in found if proposal.id != before][:limit]


def _partitions(account: PointsAccount) -> list[str]:
    return [customer_partition(each) for each in (account.customer_id, *(account.merged_from or ()))]
