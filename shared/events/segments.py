"""Events that segments tells."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from shared.events.base import EventData
from shared.ids import CustomerId


class SegmentEntered(EventData):
    """A customer now belongs to a segment."""

    told_by = ("segments",)
    customer_id: CustomerId
    segment_id: str


class SegmentLeft(EventData):
    """A customer no longer belongs to a segment."""

    told_by = ("segments",)
    customer_id: CustomerId
    segment_id: str
