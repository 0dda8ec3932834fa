"""The definitions of segments. Customers see none of it: a segment is what the shop thinks of them."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract, Route
from shared.roles import GENERAL_STAFF

CONTRACT: Final = Contract(
    routes=(Route("GET", "/api/segments", "list_segments", GENERAL_STAFF),),
)
