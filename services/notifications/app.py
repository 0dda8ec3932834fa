"""Every route and trigger of notifications."""

from __future__ import annotations

import shared.runtime.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from shared.runtime.triggers import Functions

functions = Functions("notifications")
app = functions.app
inbox = functions.inbox
relay = functions.relay
