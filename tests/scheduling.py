"""Which tests run in one process when others run beside."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# They package bundles into one folder, and share one local cloud.
_TOGETHER = ("tests/cloud/", "tests/contract/test_bundles.py")


class BundlesTogether(LoadScopeScheduling):
    """Spreads tests one by one over the processes, but those that need bundles into one.

    xdist's own groups (`--dist loadgroup`, xdist 3.8) go by a node id that pytest 9 no longer looks at.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "bundles" if nodeid.startswith(_TOGETHER) else nodeid
