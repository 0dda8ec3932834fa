"""The holders of e-mail addresses: one item for each address, under its keyed hash, so that no two customers share one.

When the person is erased, the item becomes a tombstone. It holds neither the address nor the customer's id. But the
keyed hash still recognises the address when somebody uses it.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Final

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from customers.emails.rules import folded
from customers.settings import CustomersSettings
from customers.table import CustomersItem, instead_of
from shared.errors import ConflictError
from shared.items.personal import DROP, Export, personal, plain
from shared.items.table import find
from shared.runtime.aws import secret

SK: Final = "EMAIL"
_PREFIX: Final = "EMAIL#"


class EmailTakenError(ConflictError):
    slug = "email-taken"
    title = "Another customer has this e-mail"


class EmailErasedError(ConflictError):
    """The e-mail belongs to somebody who was erased."""

    slug = "email-erased"
    title = "This e-mail belongs to somebody who was erased"

    def __init__(self) -> None:
        super().__init__("Only the person can come back, by registering again; nobody can do it for them.")


class EmailKeyItem(CustomersItem):
    """The item of an address: its holder, or the tombstone of its holder."""


class EmailItem(EmailKeyItem, discriminator="email"):
    """The customer who holds the address."""

    customer_id = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT)


class EmailTombstone(EmailKeyItem, discriminator="erased_email"):
    """The address belonged to a person who was erased."""

    erased_at = plain(UTCDateTimeAttribute())


def find_holder(email: str) -> EmailKeyItem | None:
    """The item of a normalised address, or None."""
    return find_by_key(email_key(email))


def find_by_key(key: str) -> EmailKeyItem | None:
    """The item of the address with this keyed hash, or None."""
    return find(EmailKeyItem, f"{_PREFIX}{key}", SK)


def held_by(customer_id: str, email: str, before: EmailTombstone | None = None) -> EmailItem:
    """The item that gives the address to the customer. `before` is the tombstone that it replaces."""
    return instead_of(before, EmailItem(_pk(email), SK, customer_id=customer_id))


def buried(item: EmailItem, erased_at: datetime) -> EmailTombstone:
    """The tombstone that takes the item's place."""
    return instead_of(item, EmailTombstone(item.pk, item.sk, erased_at=erased_at))


def buried_free(key: str, erased_at: datetime) -> EmailTombstone:
    """The tombstone of an address that nobody holds, by its keyed hash."""
    return EmailTombstone(f"{_PREFIX}{key}", SK, erased_at=erased_at)


def reward_key(email: str) -> str:
    """A keyed hash of the folded address, by which loyalty pays the reward for signing up once.

    It has a prefix, so nobody can compare it with the keys of the items above. Half of the hash, 128 bits, is enough.
    """
    return _keyed_hash(f"REWARD#{folded(email)}")[:32]


def email_key(email: str) -> str:
    """The keyed hash of a normalised address, by which items name it."""
    return _keyed_hash(email)


def _pk(email: str) -> str:
    return f"{_PREFIX}{email_key(email)}"


def _keyed_hash(text: str) -> str:
    key = secret(CustomersSettings.read().email_secret_id)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
