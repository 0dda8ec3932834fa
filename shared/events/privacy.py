"""Events that privacy tells, and the answers of the other services to them."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from pydantic import AwareDatetime

from shared.events.base import EventData, Part
from shared.events.customers import Consent
from shared.ids import CustomerId, RequestId
from shared.services import ASKED_BY_PRIVACY


class ConsentChanged(EventData):
    """A consent was granted or withdrawn and stands in the log."""

    told_by = ("privacy",)
    customer_id: CustomerId
    consent: Consent


class ErasureRequested(EventData):
    """Forget this person. Told again daily to all until every service has answered; answering twice is harmless."""

    told_by = ("privacy",)
    personal = True
    request_id: RequestId
    customer_id: CustomerId


class Kept(Part):
    """What a service kept of an erased person, without the person in it, and on what ground."""

    what: str
    count: int
    why: str


class ErasureAnswered(EventData):
    """A service has erased a person; counts by kind of what it erased and what it kept. The first answer stands."""

    told_by = ASKED_BY_PRIVACY
    request_id: RequestId
    customer_id: CustomerId
    service: str
    erased: dict[str, int]
    kept: list[Kept] = []
    answered_at: AwareDatetime


class RequestCompleted(EventData):
    """Every service has answered a data-subject request."""

    told_by = ("privacy",)
    request_id: RequestId
    customer_id: CustomerId
    kind: str
