"""How long a step waits for what AWS shows a little later: an index that lags, or letters that another sweep holds."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Final

# Looks before a step gives up, half a second to a second apart. The message then comes again from its queue.
PATIENCE: Final = 5


def patient_looks() -> Iterator[int]:
    """One number for each look, after the wait that comes before it."""
    for look in range(PATIENCE):
        if look:
            time.sleep(random.uniform(0.5, 1))  # noqa: S311  # jitter, not a secret
        yield look
