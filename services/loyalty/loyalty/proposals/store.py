"""Reads proposals: a customer's of one kind, and all open ones."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from itertools import islice

from loyalty.points.items import PointsAccount
from loyalty.proposals.items import OPEN_SHARDS, PROPOSAL, Proposal, ProposalKind, ProposalState
from shared.items.batches import find_all
from shared.items.keys import customer_partition
from shared.items.table import find


def find_proposal(account: PointsAccount, proposal_id: str) -> Proposal | None:
    """A proposal of the customer, or of a customer merged into them, read consistently."""
    found = (find(Proposal, partition, f"{PROPOSAL}{proposal_id}") for partition in _partitions(account))
    return next((proposal for proposal in found if proposal), None)


def proposals_of(account: PointsAccount, kind: ProposalKind, *, before: str | None, limit: int) -> list[Proposal]:
    """At most `limit` proposals of a customer with ids below `before`, newest first; decided ones too."""
    pages = [_proposals_in(partition, kind, before, limit) for partition in _partitions(account)]
    return list(islice(merge(*pages, key=lambda proposal: proposal.id, reverse=True), limit))


def open_ids(*, before: str | None, limit: int) -> list[tuple[str, str]]:
    """Keys of at most `limit` open proposals with ids below `before`, newest first; the index may lag a moment."""
    older = Proposal.due_at < before if before else None
    shards = [
        [(found.sk, found.pk) for found in Proposal.listed.query(shard, older, scan_index_forward=False, limit=limit)]
        for shard in OPEN_SHARDS
    ]
    return [(pk, sk) for sk, pk in islice(merge(*shards, reverse=True), limit)]


def still_open(keys: Sequence[tuple[str, str]]) -> list[Proposal]:
    """The proposals that are still open, newest first, read consistently."""
    waiting = (proposal for proposal in find_all(Proposal, keys) if proposal.state is ProposalState.PROPOSED)
    return sorted(waiting, key=lambda proposal: proposal.id, reverse=True)


def _proposals_in(partition: str, kind: ProposalKind, before: str | None, limit: int) -> list[Proposal]:
    # A range of sort keys includes both ends, so it also finds the id `before`, which the caller has seen.
    last = f"{PROPOSAL}{before}" if before else f"{PROPOSAL}~"
    keys = Proposal.sk.between(PROPOSAL, last)
    more = 1 if before else 0
    is_of_credit = Proposal.currency.exists()
    wanted = is_of_credit if kind is ProposalKind.CREDIT else ~is_of_credit
    found = Proposal.query(partition, keys, wanted, consistent_read=True, scan_index_forward=False, limit=limit + more)
    return [proposal for proposal in found if proposal.id != before][:limit]


def _partitions(account: PointsAccount) -> list[str]:
    return [customer_partition(each) for each in (account.customer_id, *(account.merged_from or ()))]
