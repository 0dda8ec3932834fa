"""Which tests run in one process when others run beside."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Tests that share what is costly to make, by a name for it. The first package bundles into one folder and use one
# local cloud.
_TOGETHER = {
    "bundles": ("tests/cloud/", "tests/contract/packaging/test_bundles.py"),
    "costs": ("tests/meter/test_costs.py",),
    "kinds": ("tests/contract/test_kinds.py",),
}


class CostlyTogether(LoadScopeScheduling):
    """Spreads tests one by one over the processes, but those that share what is costly into one process.

    xdist's own groups (`--dist loadgroup`, xdist 3.8) go by a node id that pytest 9 no longer looks at.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((name for name, places in _TOGETHER.items() if nodeid.startswith(places)), nodeid)
