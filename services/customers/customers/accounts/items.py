"""What is remembered of an account: its profile, or the tombstone of one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from customers.accounts.models import CustomerDetails, CustomerView, Person, Source
from customers.sortkeys import moment_key
from customers.table import CustomersItem
from shared.events.customers import Consent, CustomerStatus, Profile
from shared.items.keys import customer_in, customer_partition, shard_of
from shared.items.personal import DROP, Export, Ground, keep, personal, plain
from shared.items.table import Expiring
from shared.items.tombstones import TombstoneMixin

SK: Final = "PROFILE"
# Longer than a stream keeps the record that carries the answer.
_ANSWERED_FOR: Final = timedelta(days=2)


class ByRegistration(GlobalSecondaryIndex["ProfileItem"]):
    """Everyone with an account, newest first, a shard at a time."""

    class Meta:
        index_name = "by_registration"
        projection = AllProjection()

    shard = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class AccountItem(CustomersItem):
    """What stands at an account's place."""

    @property
    def customer_id(self) -> str:
        """The account's id."""
        return customer_in(self.pk)


class ProfileItem(AccountItem, discriminator="profile"):
    """A customer, or a guest while `registered_at` is unset."""

    by_registration = ByRegistration()

    status = personal(UnicodeEnumAttribute(CustomerStatus), "user.account", DROP)
    source = personal(UnicodeEnumAttribute(Source), "user.account", DROP)
    created_at = personal(UTCDateTimeAttribute(), "user.account", DROP)
    registered_at = personal(UTCDateTimeAttribute(null=True), "user.account", DROP)
    email = personal(UnicodeAttribute(null=True), "user.contact.email", DROP)
    email_verified = personal(BooleanAttribute(default=False), "user.account", DROP)
    first_name = personal(UnicodeAttribute(null=True), "user.name.first", DROP)
    last_name = personal(UnicodeAttribute(null=True), "user.name.last", DROP)
    phone = personal(UnicodeAttribute(null=True), "user.contact.phone_number", DROP)
    date_of_birth = personal(UnicodeAttribute(null=True), "user.demographic.date_of_birth", DROP)
    locale = personal(UnicodeAttribute(null=True), "user.demographic.language", DROP)
    groups: JSONAttribute = personal(
        JSONAttribute(default=list), "user.demographic.profile", DROP, bound="20 in the request"
    )
    # As given at the registration; what is in force since then is in privacy's log.
    consents = personal(JSONAttribute(null=True), "user.privacy_preferences", DROP, bound="one of each channel")
    # Of the registration's e-mail: the relay tells it, and has no right to the secret.
    reward_key = personal(UnicodeAttribute(null=True), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT)
    # Since the registration of a guest, until that very address is verified: its keyed hash.
    past_of = personal(UnicodeAttribute(null=True), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT)
    # The keyed hashes of the addresses that it had before, the latest last. An erasure buries them too.
    former_emails: Any = personal(
        JSONAttribute(null=True),
        "user.unique_id.pseudonymous",
        DROP,
        export=Export.LEFT_OUT,
        bound="accounts.rules.MOST_FORMER",
    )
    # Whether somebody else had the e-mail when this customer was given it, unverified. Nobody is mailed there.
    email_claimed = personal(BooleanAttribute(default=False), "user.account", DROP)
    # The guests whose e-mail they verified. An erasure of either erases both.
    merged_from: Any = personal(
        JSONAttribute(null=True),
        "user.unique_id.pseudonymous",
        keep(Ground.SUPPRESSION),
        export=Export.LEFT_OUT,
        bound="accounts.rules.MOST_MERGED",
    )
    shard = plain(UnicodeAttribute())
    listed_at = personal(UnicodeAttribute(), "user.account", DROP, export=Export.LEFT_OUT)

    @classmethod
    def new(cls, customer_id: str, source: Source, now: datetime) -> Self:
        """A guest of whom nothing else is known."""
        return cls(
            customer_partition(customer_id),
            SK,
            status=CustomerStatus.ACTIVE,
            source=source,
            created_at=now,
            shard=shard_of(customer_id),
            listed_at=moment_key(now, customer_id),
        )

    def register(self, source: Source, consents: list[Consent], now: datetime) -> None:
        """Make a customer of a guest, in place."""
        self.registered_at = now
        self.source = source
        self.consents = [consent.model_dump(mode="json") for consent in consents]
        self.listed_at = moment_key(now, self.customer_id)

    def forget_person(self) -> None:
        """Clear all that was known of the person beside the e-mail, and that the e-mail was theirs."""
        self.email_verified = False
        self.groups = []
        for name in Person.model_fields:
            setattr(self, name, None)

    def learn(self, person: Person) -> None:
        """Take over what `person` says, and keep what it leaves out."""
        for name, value in person.model_dump(mode="json", include=set(Person.model_fields)).items():
            if value is not None:
                setattr(self, name, value)

    def become(self, details: CustomerDetails) -> None:
        """Take over all that can be changed."""
        self.status = details.status
        for name, value in details.model_dump(mode="json", exclude={"status"}).items():
            setattr(self, name, value)

    @property
    def details(self) -> CustomerDetails:
        """All that can be changed, as it stands."""
        names = set(CustomerDetails.model_fields) - {"date_of_birth"}
        values = {name: getattr(self, name) for name in names}
        return CustomerDetails.model_construct(**values, date_of_birth=self.birthday)

    @property
    def birthday(self) -> date | None:
        """The date of birth."""
        return date.fromisoformat(self.date_of_birth) if self.date_of_birth else None

    @property
    def past_unproven(self) -> bool:
        """Whether nobody has proved to be the guest whose account this was."""
        return self.past_of is not None

    @property
    def told(self) -> Profile:
        """The profile as other services may know it; only of a registered customer."""
        values: dict[str, Any] = {name: getattr(self, name) for name in Profile.model_fields}
        return Profile(**values)

    @property
    def view(self) -> CustomerView:
        """The account as callers read it."""
        return CustomerView(
            id=self.customer_id,
            registered=self.registered_at is not None,
            status=self.status,
            email=self.email,
            email_verified=self.email_verified,
            first_name=self.first_name,
            last_name=self.last_name,
            phone=self.phone,
            date_of_birth=self.birthday,
            locale=self.locale,
            groups=list(self.groups),
            registered_at=self.registered_at,
            source=self.source,
            version=self.version or 0,
        )

    @property
    def view_after(self) -> CustomerView:
        """The account as callers read it once it is written."""
        view = self.view
        return view.at(view.version + 1)


class MergedProfile(AccountItem, discriminator="merged_profile"):
    """Stands where a guest was who turned out to be a customer: the id leads to the survivor for good."""

    merged_into = personal(
        UnicodeAttribute(), "user.unique_id.pseudonymous", keep(Ground.SUPPRESSION), export=Export.LEFT_OUT
    )
    merged_at = personal(UTCDateTimeAttribute(), "user.account", keep(Ground.SUPPRESSION), export=Export.LEFT_OUT)


class ProfileTombstone(AccountItem, TombstoneMixin, discriminator="erased_profile"):
    """Somebody was here and is erased: nobody else may come to be under this id.

    `kept_orders` and `kept_reviews` count what stays without the person.
    `sweep_for` is the address that dead letters are still to be searched for, gone with the answer. `addresses` are the
    keyed hashes of all addresses: a message may die after the answer, and is then swept by the second look.
    `merged_from` are the other ids of the person.
    """

    kept_orders = plain(IntegerAttribute(default=0))
    kept_reviews = plain(IntegerAttribute(default=0))
    addresses: Any = personal(
        JSONAttribute(null=True),
        "user.unique_id.pseudonymous",
        keep(Ground.SUPPRESSION),
        export=Export.LEFT_OUT,
        bound="accounts.rules.MOST_FORMER and the last one",
    )
    merged_from: Any = personal(
        JSONAttribute(null=True),
        "user.unique_id.pseudonymous",
        keep(Ground.SUPPRESSION),
        export=Export.LEFT_OUT,
        bound="accounts.rules.MOST_MERGED",
    )
    sweep_for = personal(UnicodeAttribute(null=True), "user.contact.email", DROP, export=Export.LEFT_OUT)


class NobodyItem(CustomersItem, Expiring, discriminator="nobody"):
    """`CUSTOMER#<id>` / `NOBODY#<event id>`: the answer to one consent of an id that nobody has. It goes by itself."""

    @classmethod
    def answer_to(cls, event_id: str, customer_id: str, now: datetime) -> Self:
        """A fresh answer; it cannot be stored twice for the same event."""
        expires_at = int((now + _ANSWERED_FOR).timestamp())
        return cls(customer_partition(customer_id), f"NOBODY#{event_id}", expires_at=expires_at)

    @property
    def customer_id(self) -> str:
        """The id that nobody has."""
        return customer_in(self.pk)
