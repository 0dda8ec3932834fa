"""Identifiers: a three-letter prefix for what it is, and a ULID, so that ids sort by when they were made.

But for those named after a request (shared.http.signature), which say no time.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import StringConstraints
from ulid import ULID

from shared import clock

ULID_PATTERN: Final = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"

_PATTERNS: Final = {
    prefix: rf"^{prefix}_{ULID_PATTERN}$" for prefix in ("cus", "msg", "req", "evt", "hld", "rew", "clm")
}

CustomerId = Annotated[str, StringConstraints(pattern=_PATTERNS["cus"])]
MessageId = Annotated[str, StringConstraints(pattern=_PATTERNS["msg"])]
RequestId = Annotated[str, StringConstraints(pattern=_PATTERNS["req"])]
HoldId = Annotated[str, StringConstraints(pattern=_PATTERNS["hld"])]
RewardId = Annotated[str, StringConstraints(pattern=_PATTERNS["rew"])]
ClaimId = Annotated[str, StringConstraints(pattern=_PATTERNS["clm"])]
# Order ids are the order system's own; what can stand in a key and in a URL path.
OrderId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]


def new_customer_id() -> str:
    """`cus_` and a ULID."""
    return _new("cus")


def new_order_id() -> str:
    """`ord_` and a ULID: for an order that no order system has named."""
    return _new("ord")


def new_message_id() -> str:
    """`msg_` and a ULID."""
    return _new("msg")


def new_request_id() -> str:
    """`req_` and a ULID: a data-subject request."""
    return _new("req")


def new_adjustment_id() -> str:
    """`adj_` and a ULID: staff's adjustment of points."""
    return _new("adj")


def new_credit_id() -> str:
    """`crd_` and a ULID: store credit that staff gave or took back."""
    return _new("crd")


def new_reward_id() -> str:
    """`rew_` and a ULID: something that points can be given for."""
    return _new("rew")


def new_claim_id() -> str:
    """`clm_` and a ULID: one customer's taking of a reward."""
    return _new("clm")


def new_event_id() -> str:
    """`evt_` and a ULID."""
    return _new("evt")


def named_after(digest: str, prefix: str) -> str:
    """A prefix and a ULID made of the first 128 bits of a hexadecimal digest; unlike others it says no time."""
    return f"{prefix}_{ULID.from_hex(digest[:32])}"


def _new(prefix: str) -> str:
    return f"{prefix}_{ULID.from_datetime(clock.now())}"
