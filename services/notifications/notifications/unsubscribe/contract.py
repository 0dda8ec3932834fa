"""The page and the one click that end marketing mail."""

from __future__ import annotations

from typing import Final

from shared.contract import API, INBOX, Contract, Grant, Route
from shared.roles import Role

# What a mail provider's one-click (RFC 8058) and the page's own button send.
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
# Whoever holds a link from a mail may use it: its token is the proof.
_ANYONE: Final = frozenset({Role.PUBLIC})

CONTRACT: Final = Contract(
    routes=(
        Route("GET", "/unsubscribe/{token}", "show_unsubscribe", _ANYONE),
        Route("HEAD", "/unsubscribe/{token}", "look_at_unsubscribe", _ANYONE),
        Route("POST", "/unsubscribe/{token}", "unsubscribe", _ANYONE, content_types=_FORMS),
    ),
    grants=(Grant((API,), table=("dynamodb:PutItem",)), Grant((API, INBOX), secret="LinkSecret")),
)
