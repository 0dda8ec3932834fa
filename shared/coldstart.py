"""The first import of every `app.py`: until `over`, nothing looks for garbage.

What a service imports stays, so a collection meanwhile finds nothing; the one that the imports set off takes a
fifteenth of a cold start (docs/proof/benchmarks.md).
"""

from __future__ import annotations

import gc

gc.disable()


def over() -> None:
    """Look for garbage again, but not in what is imported by now."""
    gc.freeze()
    gc.enable()
