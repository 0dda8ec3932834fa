"""Memberships as callers see them."""

from __future__ import annotations

from pydantic import AwareDatetime

from segments.definitions.models import SegmentId
from shared.ids import CustomerId
from shared.model import ApiModel


class MemberView(ApiModel):
    """A customer who belongs to the segment asked for."""

    customer_id: CustomerId
    entered_at: AwareDatetime


class HeldSegmentView(ApiModel):
    """A segment that the customer asked for belongs to."""

    segment_id: SegmentId
    entered_at: AwareDatetime
