"""Reviews of products."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract

CONTRACT: Final = Contract(
    hears={"ReviewPosted": "hear_review_posted"},
    tells=("ReviewRecorded",),
)
