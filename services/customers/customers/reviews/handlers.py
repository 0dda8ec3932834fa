"""Events about reviews."""

from __future__ import annotations

from customers.reviews.usecases import record_review
from shared.events.foreign import (
    ReviewPosted,
)
from shared.messages.inbox import Heard


def hear_review_posted(heard: Heard[ReviewPosted]) -> None:
    """Record the review, of somebody who is known."""
    record_review(heard.data.review, heard.cause)
