"""One item a customer: how to reach them and what they consent to, or, once erased, that they are."""

from __future__ import annotations

from typing import Any, Final

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from notifications.contacts.models import Recipient
from notifications.table import NotificationsItem
from shared.events.customers import Channel, Consent, CustomerStatus
from shared.items.keys import customer_partition
from shared.items.personal import DROP, Export, Ground, keep, personal, plain
from shared.items.table import find
from shared.items.tombstones import TombstoneMixin

CONTACT: Final = "CONTACT"


class HeldConsent(MapAttribute[str, Any]):
    """The decision in force for one channel."""

    channel = personal(UnicodeEnumAttribute(Channel), "user.privacy_preferences", DROP)
    granted = personal(BooleanAttribute(), "user.privacy_preferences", DROP)
    decided_at = personal(UTCDateTimeAttribute(), "user.privacy_preferences", DROP)


class Contact(NotificationsItem, TombstoneMixin, discriminator="contact"):
    """`CUSTOMER#<id>` / `CONTACT`. It may hold consents before there is a profile.

    Of an id that nobody has it holds nothing, and has `expires_at` instead: so a consent that comes late is not stored.
    Erased, it is the tombstone: `erased_at` is set, nothing personal is left, and it stays for ever.
    """

    customer_id = personal(
        UnicodeAttribute(), "user.unique_id.pseudonymous", keep(Ground.SUPPRESSION), export=Export.LEFT_OUT
    )
    # The version of the profile in the service that owns it; 0 until a profile was heard of.
    profile_version = personal(IntegerAttribute(default=0), "user.account", DROP, export=Export.LEFT_OUT)
    email = personal(UnicodeAttribute(null=True), "user.contact.email", DROP)
    # Absent from contacts of before it was heard: then nobody has verified it.
    email_verified = personal(BooleanAttribute(null=True), "user.account", DROP)
    first_name = personal(UnicodeAttribute(null=True), "user.name.first", DROP)
    last_name = personal(UnicodeAttribute(null=True), "user.name.last", DROP)
    locale = personal(UnicodeAttribute(null=True), "user.demographic.language", DROP)
    status = personal(UnicodeEnumAttribute(CustomerStatus, null=True), "user.account", DROP)
    consents = personal(
        ListAttribute(of=HeldConsent, default=list), "user.privacy_preferences", DROP, bound="one of each channel"
    )
    erased: Any = plain(JSONAttribute(null=True, attr_name="erased_counts"), bound="a count for each kind of item")
    # Epoch seconds; DynamoDB deletes the contact some time later. No other contact has it.
    expires_at = plain(IntegerAttribute(null=True))
    # When the erasure was last answered; absent while it is under way.
    answered_at = plain(UTCDateTimeAttribute(null=True))

    @classmethod
    def fresh(cls, customer_id: str) -> Contact:
        """The contact of a customer not heard of yet."""
        return cls(customer_partition(customer_id), CONTACT, customer_id=customer_id)

    @property
    def is_nobodys(self) -> bool:
        """Whether customers has said that nobody has the id."""
        return self.expires_at is not None

    @property
    def decisions(self) -> tuple[Consent, ...]:
        """The consents in force."""
        return tuple(
            Consent(channel=held.channel, granted=held.granted, decided_at=held.decided_at) for held in self.consents
        )

    def hold(self, decisions: tuple[Consent, ...]) -> None:
        """Put these consents in force."""
        self.consents = [
            HeldConsent(channel=each.channel, granted=each.granted, decided_at=each.decided_at)  # type: ignore[no-untyped-call]
            for each in decisions
        ]

    def recipient(self) -> Recipient:
        """The contact as decisions see it."""
        return Recipient(
            customer_id=self.customer_id,
            address=self.email,
            is_verified=bool(self.email_verified),
            first_name=self.first_name,
            locale=self.locale,
            status=self.status,
            consents=self.decisions,
            erased=self.erased_at is not None,
        )


def find_contact(customer_id: str) -> Contact | None:
    """The contact as it is now, or None when nothing was heard of the customer."""
    return find(Contact, customer_partition(customer_id), CONTACT)


def find_recipient(customer_id: str) -> Recipient:
    """Whom a message to the customer would reach as things are now; an unknown customer has no address."""
    contact = find_contact(customer_id)
    return contact.recipient() if contact else Recipient(customer_id)
