"""What every event has: its base class, its metadata, the catalogue that it joins."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from shared import clock
from shared.model import StrictModel

SOURCE_PREFIX: Final = "regulars."
FOREIGN_SOURCES: Final = ("orders", "storefront")


# Built when first used: a cold start pays for the few events that its function meets, not for the whole catalogue.
_CONFIG: Final = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True)


class EventData(StrictModel):
    """Base of all events. Registers each in EVENTS under its name."""

    model_config = _CONFIG

    # Services whose word this is; for a foreign event, the sources that send it.
    told_by: ClassVar[tuple[str, ...]] = ()
    # True of the few events that exist to carry personal data.
    personal: ClassVar[bool] = False
    # True of an event that is not told yet, and stands in the catalogue for those who will hear it.
    announced: ClassVar[bool] = False

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.told_by:
            EVENTS[cls.__name__] = cls


EVENTS: Final[dict[str, type[EventData]]] = {}


class Metadata(StrictModel):
    """What every event of the house says of itself."""

    model_config = _CONFIG

    event_id: str
    occurred_at: AwareDatetime
    correlation_id: str
    causation_id: str | None = None
    # Whom it is about; None of an order without a person.
    customer_id: str | None = None
    # The version of the item that told it: of two events about one item the higher is the newer.
    version: int
    actor: str


class Part(StrictModel):
    """Base of what events hold inside."""

    model_config = _CONFIG


# Between these every moment can be told in UTC and sorts as text, and a year after it is a moment too.
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)

Moment = Annotated[AwareDatetime, Field(ge=_EARLIEST, le=_LATEST)]

# No shop tells of anything older. A clock that is wrong by more than a day is mended first: an order of the year 8999
# would be the newest for ever, and one cancelled in 2099 could never stand again.
_OLDEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD: Final = timedelta(days=1)


def _has_come(moment: datetime) -> datetime:
    """Raises ValueError for a moment more than a day ahead."""
    if moment > clock.now() + _AHEAD:
        raise ValueError("Not more than a day ahead")
    return moment


PastMoment = Annotated[
    Moment, Field(ge=_OLDEST, description="From 1990 on, and at most a day ahead"), AfterValidator(_has_come)
]
