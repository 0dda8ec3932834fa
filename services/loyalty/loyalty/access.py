"""Who may call what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.auth import STAFF, Role

_READERS: Final = STAFF | {Role.SELF, Role.STOREFRONT}
_EDITORS: Final = frozenset({Role.ADMIN, Role.SUPPORT})
_SPENDERS: Final = _EDITORS | {Role.SELF, Role.STOREFRONT}
_MARKETERS: Final = frozenset({Role.ADMIN, Role.MARKETING})
_ADMIN: Final = frozenset({Role.ADMIN})

# By the capability whose routes they are (docs/decisions/0014).
ACCESS: Final[Mapping[str, Mapping[str, frozenset[Role]]]] = {
    "adjustments": {
        "POST /api/customers/{customer_id}/points": _EDITORS,
        "GET /api/customers/{customer_id}/points/proposals": _EDITORS,
        "POST /api/customers/{customer_id}/points/proposals/{proposal_id}/approve": _EDITORS,
        "POST /api/customers/{customer_id}/points/proposals/{proposal_id}/reject": _EDITORS,
        "GET /api/loyalty/adjustments": _EDITORS,
    },
    "checkout": {
        "POST /api/customers/{customer_id}/checkout-quote": _READERS,
        "POST /api/customers/{customer_id}/holds": _SPENDERS,
        "GET /api/customers/{customer_id}/holds/{hold_id}": _READERS,
        "POST /api/customers/{customer_id}/holds/{hold_id}/capture": _SPENDERS,
        "POST /api/customers/{customer_id}/holds/{hold_id}/release": _SPENDERS,
        "POST /api/customers/{customer_id}/redemptions": _SPENDERS,
        "POST /api/customers/{customer_id}/credit/holds": _SPENDERS,
        "GET /api/customers/{customer_id}/credit/holds/{hold_id}": _READERS,
        "POST /api/customers/{customer_id}/credit/holds/{hold_id}/capture": _SPENDERS,
        "POST /api/customers/{customer_id}/credit/holds/{hold_id}/release": _SPENDERS,
    },
    "credit": {
        "GET /api/customers/{customer_id}/credit": _READERS,
        "POST /api/customers/{customer_id}/credit": _EDITORS,
        "GET /api/customers/{customer_id}/credit/{currency}/entries": _READERS,
        "POST /api/customers/{customer_id}/credit/{currency}/revoke": _EDITORS,
        "GET /api/customers/{customer_id}/credit/{currency}/verification": STAFF,
    },
    "earning": {
        "POST /api/loyalty/simulate": STAFF | {Role.STOREFRONT},
    },
    "liability": {
        "GET /api/loyalty/liability": _ADMIN,
        "GET /api/loyalty/liability.csv": _ADMIN,
    },
    "members": {
        "GET /api/customers/{customer_id}/card": _READERS,
        "POST /api/customers/{customer_id}/card": _EDITORS,
        "POST /api/customers/{customer_id}/card/block": _EDITORS,
        "GET /api/customers/{customer_id}/card/picture": _READERS,
        "POST /api/customers/{customer_id}/card/replace": _EDITORS,
        "POST /api/customers/{customer_id}/card/unblock": _EDITORS,
        "GET /api/loyalty/cards/{number}": STAFF | {Role.STOREFRONT},
        "PATCH /api/loyalty/cards/{number}": _EDITORS,
        "GET /api/customers/{customer_id}/referral": _READERS,
        "POST /api/customers/{customer_id}/referral": _EDITORS | {Role.SELF, Role.STOREFRONT},
    },
    "points": {
        "GET /api/customers/{customer_id}/points": _READERS,
        "GET /api/customers/{customer_id}/points/entries": _READERS,
        "GET /api/customers/{customer_id}/points/verification": STAFF,
        "GET /api/customers/{customer_id}/tier": _READERS,
        "GET /api/customers/{customer_id}/tier/history": _READERS,
        "GET /api/loyalty/tiers": STAFF | {Role.STOREFRONT, Role.CUSTOMER},
    },
    "programme": {
        "GET /api/loyalty/presets/{name}": STAFF,
        "GET /api/loyalty/programme": STAFF,
        "PUT /api/loyalty/programme": _ADMIN,
        "GET /api/loyalty/programme/versions": STAFF,
        "GET /api/loyalty/programme/versions/{version}": STAFF,
    },
    "rewards": {
        "GET /api/loyalty/rewards": STAFF | {Role.STOREFRONT, Role.CUSTOMER},
        "POST /api/loyalty/rewards": _MARKETERS,
        "DELETE /api/loyalty/rewards/{reward_id}": _MARKETERS,
        "GET /api/loyalty/rewards/{reward_id}": STAFF | {Role.STOREFRONT, Role.CUSTOMER},
        "PATCH /api/loyalty/rewards/{reward_id}": _MARKETERS,
        "POST /api/loyalty/rewards/{reward_id}/codes": _MARKETERS,
        "GET /api/customers/{customer_id}/claims": _READERS,
        "POST /api/customers/{customer_id}/claims": _SPENDERS,
        "GET /api/customers/{customer_id}/claims/{claim_id}": _READERS,
        "POST /api/customers/{customer_id}/claims/{claim_id}/cancel": _EDITORS,
        "POST /api/customers/{customer_id}/claims/{claim_id}/fulfil": _EDITORS,
    },
}
