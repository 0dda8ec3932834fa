"""The routes and triggers of privacy, and nothing else."""

from __future__ import annotations

import shared.runtime.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from shared.runtime.triggers import Functions

functions = Functions("privacy")
app = functions.app
inbox = functions.inbox
relay = functions.relay
chase = functions.job("chase")
