"""The token in an unsubscribe link: a customer and a channel, signed, so that nobody can make one for somebody else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Final

from shared.events.customers import Channel
from shared.ids import ULID_PATTERN

# The key signs this prefix only here. A token for another purpose or in another form gets another prefix.
_USE: Final = b"unsubscribe.1:"
_SIGNATURE_BYTES: Final = hashlib.sha256().digest_size
_CUSTOMER_ID: Final = re.compile(rf"cus_{ULID_PATTERN}")
# A token has 95 characters. Longer texts are refused before they are decoded.
_LONGEST: Final = 200


def make_token(key: bytes, customer_id: str, channel: Channel) -> str:
    """The token for one customer and channel. It is always the same, safe in a URL, and valid as long as the key."""
    subject = f"{customer_id}:{channel}".encode("ascii")
    return base64.urlsafe_b64encode(_signature(key, subject) + subject).decode("ascii").rstrip("=")


def read_token(key: bytes, token: str) -> tuple[str, Channel] | None:
    """The customer id and the channel of a token, or None if it was not made with this key."""
    signature, subject = _split(token)
    if not hmac.compare_digest(signature, _signature(key, subject)):
        return None
    customer_id, _, channel = subject.decode("ascii").partition(":")
    if not _CUSTOMER_ID.fullmatch(customer_id) or channel not in set(Channel):
        return None
    return customer_id, Channel(channel)


def _split(token: str) -> tuple[bytes, bytes]:
    try:
        if len(token) > _LONGEST:
            return b"", b""
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b"", b""
    return raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]


def _signature(key: bytes, subject: bytes) -> bytes:
    return hmac.digest(key, _USE + subject, "sha256")
