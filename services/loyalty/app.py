"""Loyalty: its routes and triggers."""

from __future__ import annotations

import shared.runtime.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from shared.runtime.triggers import Functions

functions = Functions("loyalty")
app = functions.app
inbox = functions.inbox
relay = functions.relay
expire = functions.job("expire")
close = functions.job("close")
