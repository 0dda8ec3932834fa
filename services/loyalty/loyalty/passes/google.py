"""Google Wallet: a link with a signed JWT that holds the loyalty object. Whoever opens it can save it.

The class of the object is the shop's, made in Google's console: its programme's name, its logo and its colours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from loyalty.passes.models import GooglePassView
from loyalty.passes.port import KeyFault, KeyFaultError, Look, PassCard, PassesNotOfferedError
from loyalty.passes.rules import LEVELS, google_object, object_id
from loyalty.settings import LoyaltySettings
from shared.runtime.aws import secret_if_set

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_SAVE: Final = "https://pay.google.com/gp/v/save/"
# Google calls this the safe length of a JWT in a link: browsers may cut longer ones.
SAFE_LENGTH: Final = 1_800


class GoogleWallet:
    """Makes links that save to Google Wallet."""

    wallet = "google"

    def make(self, card: PassCard, look: Look) -> GooglePassView:
        """The link, which says as much of the card as fits. Raises the errors of PassMaker."""
        settings = LoyaltySettings.read()
        if not (class_id := settings.google_card_class):
            raise PassesNotOfferedError
        key = _key(settings.google_pass_secret_id)
        tokens = (
            key.sign(_claims(key.account, card, google_object(card, look, class_id, level=level)))
            for level in range(LEVELS)
        )
        token = next((token for token in tokens if len(token) <= SAFE_LENGTH), None)
        if token is None:
            raise KeyFaultError(KeyFault.TOO_LONG)
        return GooglePassView(save_url=f"{_SAVE}{token}", object_id=object_id(card, class_id))


@dataclass(frozen=True)
class _GoogleKey:
    """The key of a service account, with the account's name."""

    key: RSAPrivateKey
    account: str

    def sign(self, claims: dict[str, Any]) -> str:
        """The JWT. Names are written as they are and not escaped, because each letter makes the link longer."""
        from jwt import PyJWS  # noqa: PLC0415

        payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
        return PyJWS().encode(payload, self.key, algorithm="RS256")


@cache
def _key(secret_id: str) -> _GoogleKey:
    """The shop's key, as Google lets one download it. A process reads a good one once.

    Raises PassesNotOfferedError, KeyFaultError.
    """
    from loyalty.passes.apple_key import rsa_key  # noqa: PLC0415  # cryptography: only where a pass is signed

    if (text := secret_if_set(secret_id)) is None:
        raise PassesNotOfferedError
    account, pem = _account(text)
    return _GoogleKey(rsa_key(pem.encode()), account)


def _account(text: bytes) -> tuple[str, str]:
    """The name of the account, and its key as PEM. Raises KeyFaultError."""
    try:
        read = json.loads(text)
    except ValueError:
        raise KeyFaultError(KeyFault.NOT_READABLE) from None
    found = [read.get(name) for name in ("client_email", "private_key")] if isinstance(read, dict) else []
    if not (found and all(isinstance(each, str) and each for each in found)):
        raise KeyFaultError(KeyFault.NOT_A_SERVICE_ACCOUNT)
    account, pem = map(str, found)
    return account, pem


def _claims(account: str, card: PassCard, made: dict[str, Any]) -> dict[str, Any]:
    return {
        "iss": account,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(card.made_at.timestamp()),
        "payload": {"loyaltyObjects": [made]},
    }
