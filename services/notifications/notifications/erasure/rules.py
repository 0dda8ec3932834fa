"""What an erasure counts."""

from __future__ import annotations

from collections.abc import Mapping


def to_report(remembered: Mapping[str, int], found: Mapping[str, int], *, answered: bool) -> dict[str, int]:
    """The counts to answer with.

    An erasure that was interrupted counted before it deleted: what it remembers stands. One that is heard again
    after its answer adds what has slipped in since.
    """
    if not remembered:
        return dict(found)
    if not answered:
        return dict(remembered)
    return {kind: remembered.get(kind, 0) + found.get(kind, 0) for kind in {*remembered, *found}}
