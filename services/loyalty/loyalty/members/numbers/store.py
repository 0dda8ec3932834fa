"""Remembers the numbers of erased customers, so that nobody is given one of them.

Loyalty draws none of its own numbers twice but by a chance of one in millions. A shop counts its numbers up, and may
print one again; then the old card, or a pass on a phone, would lead to somebody else.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import Final

from loyalty.members.numbers.items import GIVEN, GivenNumber
from loyalty.members.rules import is_drawn
from loyalty.settings import LoyaltySettings
from shared.items.batches import put_all
from shared.items.table import Check
from shared.runtime.aws import secret

# The key makes the codes of transfers as well. So each use has a prefix of its own.
_USE: Final = b"card-number.1:"


def remember(numbers: Iterable[str]) -> None:
    """Mark the shop's own among these numbers. A repeated call changes nothing."""
    put_all([GivenNumber(_key_of(number), GIVEN) for number in numbers if not is_drawn(number)])


def never_given(number: str, error: Exception) -> Check:
    """The check that no erased customer had a number of the shop's own; else the commit raises `error`."""
    return Check(GivenNumber, _key_of(number), GIVEN, GivenNumber.pk.does_not_exist(), error)


def _key_of(number: str) -> str:
    key = secret(LoyaltySettings.read().transfer_secret_id)
    return f"NUMBER#{hmac.new(key, _USE + number.encode(), 'sha256').hexdigest()}"
