"""Data-subject requests as callers see them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, ConfigDict, Field

from shared.events.privacy import Kept
from shared.http.cursors import PageQuery
from shared.ids import CustomerId, RequestId
from shared.model import ApiModel, Input


class RequestKind(StrEnum):
    """What a person may ask for."""

    ERASE = "erase"


class RequestStatus(StrEnum):
    """How far a request has come. Approved means running: nothing takes it back."""

    RECEIVED = "received"
    APPROVED = "approved"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class NewRequest(Input):
    """A request as compliance enters it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "erase", "customer_id": "cus_01JD3ZQ5W8XKQ0T5M2V7N9R4HB"}]},
    )

    kind: RequestKind
    customer_id: CustomerId


class RequestQuery(PageQuery):
    """Which requests to list."""

    status: RequestStatus | None = None


class Answer(ApiModel):
    """What one service did: counts by kind of what it erased, and what it kept, without the person in it, and why."""

    erased: dict[str, int]
    kept: list[Kept] = Field(default=[])
    answered_at: AwareDatetime


class Window(ApiModel):
    """A place that cannot be swept and forgets by itself; `until` is when, once every service has answered."""

    where: str
    hours: int
    until: AwareDatetime | None = None


class RequestSummary(ApiModel):
    """A request as a row of a list."""

    id: RequestId
    kind: RequestKind
    customer_id: CustomerId
    status: RequestStatus
    created_at: AwareDatetime
    due_at: AwareDatetime = Field(description="When the law wants it done.")
    overdue: bool
    completed_at: AwareDatetime | None = None
    waiting_for: list[str] = Field(description="The other services that were asked and have not answered.")


class RequestView(RequestSummary):
    """A request with its receipt: who asked and approved, what each service answered, and what outlasts it where."""

    requested_by: str
    approved_by: str | None = None
    approved_at: AwareDatetime | None = None
    cancelled_by: str | None = None
    cancelled_at: AwareDatetime | None = None
    answers: dict[str, Answer] = Field(description="By service, of those that have answered.")
    own_answer: Answer | None = Field(description="What privacy itself erased and kept; null until it has.")
    not_swept: list[Window]
