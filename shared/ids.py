"""Identifiers: a prefix of three letters for the kind, and a ULID. So ids sort by their creation times.

Ids that are named after a request (shared.http.signature) contain no time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import StringConstraints
from ulid import ULID

from shared import clock

ULID_PATTERN: Final = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"

_PATTERNS: Final = {
    prefix: rf"^{prefix}_{ULID_PATTERN}$" for prefix in ("cus", "msg", "req", "hld", "rew", "clm", "red", "crd", "trf")
}

CustomerId = Annotated[str, StringConstraints(pattern=_PATTERNS["cus"])]
MessageId = Annotated[str, StringConstraints(pattern=_PATTERNS["msg"])]
RequestId = Annotated[str, StringConstraints(pattern=_PATTERNS["req"])]
HoldId = Annotated[str, StringConstraints(pattern=_PATTERNS["hld"])]
RewardId = Annotated[str, StringConstraints(pattern=_PATTERNS["rew"])]
ClaimId = Annotated[str, StringConstraints(pattern=_PATTERNS["clm"])]
RedemptionId = Annotated[str, StringConstraints(pattern=_PATTERNS["red"])]
CreditId = Annotated[str, StringConstraints(pattern=_PATTERNS["crd"])]
TransferId = Annotated[str, StringConstraints(pattern=_PATTERNS["trf"])]
# The characters of a ULID that tell its time, in milliseconds.
_TIME: Final = 10
# White space, control characters, and marks without a width or with a direction.
_HIDDEN: Final = r"\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
# The shop's systems choose these ids: `#1001`, `gid://shopify/Order/1`, `S00012/2026`, `Order 17`. A key holds such an
# id last, behind its `#`, so the id may have one too. In a path it is percent-encoded; `.` and `..` would vanish there.
ForeignId = Annotated[
    str, StringConstraints(max_length=128, pattern=rf"^[^.{_HIDDEN}][^{_HIDDEN}]*(?: [^{_HIDDEN}]+)*$")
]
OrderId = ForeignId
CheckoutId = ForeignId


def new_customer_id() -> str:
    return _new("cus")


def new_order_id() -> str:
    """The id of an order that came without an id of its own."""
    return _new("ord")


def new_message_id() -> str:
    return _new("msg")


def new_request_id() -> str:
    """The id of a data-subject request."""
    return _new("req")


def new_adjustment_id() -> str:
    """The id of an adjustment of points by staff."""
    return _new("adj")


def new_credit_id() -> str:
    """The id of store credit that staff issued or revoked."""
    return _new("crd")


def new_reward_id() -> str:
    return _new("rew")


def new_claim_id() -> str:
    return _new("clm")


def new_transfer_id() -> str:
    """The id of points that one customer sends another."""
    return _new("trf")


def new_event_id() -> str:
    return _new("evt")


def named_after(digest: str, prefix: str) -> str:
    """The prefix and a ULID made of the first 128 bits of a hexadecimal digest. It contains no time."""
    return f"{prefix}_{ULID.from_hex(digest[:32])}"


def beginning_at(moment: datetime, prefix: str) -> str:
    """How ids of a kind begin that are made at a moment: it sorts after all earlier ids, and before all later ones."""
    return f"{prefix}_{str(ULID.from_datetime(moment))[:_TIME]}"


def _new(prefix: str) -> str:
    return f"{prefix}_{ULID.from_datetime(clock.now())}"
