"""Every route and trigger of notifications."""

from __future__ import annotations

import shared.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from shared.functions import Functions

functions = Functions("notifications")
app = functions.app
inbox = functions.inbox
relay = functions.relay
