"""Every route and trigger of customers: parse, call one use case, return."""

from __future__ import annotations

import shared.runtime.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from shared.runtime.triggers import Functions

functions = Functions("customers")
app = functions.app
inbox = functions.inbox
relay = functions.relay
