"""Apple Wallet: a pass is a zip of pass.json, images, a manifest of their digests, and the manifest's signature.

The format is Apple's (Wallet Passes). Passes name no web service, so phones never ask for a newer one.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from loyalty.passes.images import images
from loyalty.passes.port import KeyFaultError, Look, PassCard, PassesNotOfferedError
from loyalty.passes.rules import apple_pass
from loyalty.settings import LoyaltySettings
from shared.runtime.aws import secret_if_set

if TYPE_CHECKING:
    from loyalty.passes.apple_key import AppleKey

# The first moment that a zip can name, so that equal passes have equal bytes.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


class AppleWallet:
    """Makes packages for Apple Wallet (`.pkpass`)."""

    wallet = "apple"

    def make(self, card: PassCard, look: Look) -> bytes:
        """The package. Raises the errors of PassMaker."""
        key = _key(LoyaltySettings.read().apple_pass_secret_id)
        try:
            return self._signed(key, card, look)
        except KeyFaultError:
            # Its certificate is over. The next pass looks whether the shop has given another.
            _key.cache_clear()
            raise

    def _signed(self, key: AppleKey, card: PassCard, look: Look) -> bytes:
        said = _json(apple_pass(card, look, key.of))
        files = {"pass.json": said, **images(look.background, look.foreground)}
        manifest = _json({name: _digest(content) for name, content in files.items()})
        return _zipped({**files, "manifest.json": manifest, "signature": key.sign(manifest, card.made_at)})


@cache
def _key(secret_id: str) -> AppleKey:
    """The shop's key. A process reads a good one once, and looks again for another as long as it has none.

    Raises PassesNotOfferedError, KeyFaultError.
    """
    from loyalty.passes.apple_key import AppleKey  # noqa: PLC0415  # cryptography: only where a pass is signed

    if (pem := secret_if_set(secret_id)) is None:
        raise PassesNotOfferedError
    return AppleKey.read(pem)


def _digest(content: bytes) -> str:
    """SHA-1 is what the format has. The signature over the manifest uses SHA-256."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
