"""Turns garbage collection off until `over` is called. Every `app.py` imports this module first.

Imported modules stay in memory, so a collection during the imports finds nothing. Yet the imports would start one, and
it takes a fifteenth of a cold start (docs/proof/benchmarks.md).
"""

from __future__ import annotations

import gc

gc.disable()


def over() -> None:
    """Turn garbage collection on again. It leaves out all objects that exist now."""
    gc.freeze()
    gc.enable()
