"""Accounts as callers send and read them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from customers.emails.rules import is_mailable, normalise
from shared import clock
from shared.events.customers import Channel, CustomerStatus
from shared.ids import CustomerId
from shared.model import NAME, STORED, ApiModel, Input

# Nobody born earlier is alive.
EARLIEST_BIRTH: Final = date(1900, 1, 1)

_ADA: Final[dict[str, JsonValue]] = {
    "email": "ada@example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "phone": "+442079460000",
    "locale": "en-GB",
}


class Source(StrEnum):
    """Where an account came from."""

    STAFF = "staff"
    STOREFRONT = "storefront"
    REGISTRATION = "registration"
    ORDER = "order"


def _mailable(email: str, info: ValidationInfo) -> str:
    """Raises ValueError for an address to which no mail can be sent, unless it is stored already."""
    if info.context is not STORED and not is_mailable(email):
        raise ValueError("No mail can be sent there: before the @ stand more than 64 characters, or others than ASCII")
    return email


EmailAddress = Annotated[
    str,
    Field(max_length=254, json_schema_extra={"format": "email"}),
    AfterValidator(normalise),
    AfterValidator(_mailable),
]
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), NAME]
# E.164: a plus, the country's code, fifteen digits at most.
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164", examples=["+442079460000"])]
Locale = Annotated[
    str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", description="BCP 47 tag", examples=["en-GB"])
]


def _come(day: date) -> date:
    """Raises ValueError if the day is after today in UTC."""
    if day > clock.now().date():
        raise ValueError("Not in the future")
    return day


def _each_once(groups: list[str]) -> list[str]:
    """The groups sorted, each once, so that another sequence or a repetition is no change."""
    return sorted(set(groups))


BirthDate = Annotated[date, Field(ge=EARLIEST_BIRTH), AfterValidator(_come)]
# Rules of other services name groups, such as wholesale, vip and staff.
Group = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Groups = Annotated[
    list[Group],
    Field(max_length=20, description="What the shop counts them among; each once, in alphabetical order"),
    AfterValidator(_each_once),
]


class Person(Input):
    """What is known of a person beside how to reach the account."""

    first_name: PersonName | None = None
    last_name: PersonName | None = None
    phone: Phone | None = None
    date_of_birth: BirthDate | None = None
    locale: Locale | None = None


class NewCustomer(Person):
    """A customer whom the shop registers."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ADA]})

    email: EmailAddress
    email_verified: bool = False


class ConsentGiven(Input):
    """A person's word on marketing by one channel, given now."""

    channel: Channel
    granted: bool


class Registration(Person):
    """A person's own registration, with the consents given in it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_ADA | {"consents": [{"channel": "email", "granted": True}]}]}
    )

    email: EmailAddress
    consents: list[ConsentGiven] = Field(default=[], max_length=len(Channel))

    @field_validator("consents")
    @classmethod
    def _one_word_a_channel(cls, consents: list[ConsentGiven]) -> list[ConsentGiven]:
        if len({consent.channel for consent in consents}) < len(consents):
            raise ValueError("One consent a channel")
        return consents


class CustomerDetails(Person):
    """All of a customer that can be changed. Only a guest may be without an e-mail."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_ADA | {"status": "active", "email_verified": True, "groups": ["wholesale"]}]}
    )

    email: EmailAddress | None = None
    email_verified: bool = False
    status: CustomerStatus
    groups: Groups = Field(default=[])


class CustomerPatch(Person):
    """What to change of a customer.

    null removes a name, the phone, the date of birth, the locale, all groups, and the e-mail of a guest. It is an error
    for the status, and for the e-mail of a registered customer. For `email_verified` it is false.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"phone": "+442079460000", "date_of_birth": None, "groups": ["wholesale"]}]}
    )

    email: EmailAddress | None = None
    email_verified: bool | None = None
    status: CustomerStatus | None = None
    groups: Groups | None = None


class CustomerView(ApiModel):
    """A customer, or a guest: somebody who bought without registering."""

    id: CustomerId
    registered: bool
    status: CustomerStatus
    email: str | None
    email_verified: bool
    first_name: str | None
    last_name: str | None
    phone: str | None
    date_of_birth: date | None
    locale: str | None
    groups: list[str]
    registered_at: datetime | None
    source: Source
    version: int

    def at(self, version: int) -> Self:
        """The same, as it is once written under this version."""
        return self.model_copy(update={"version": version})
