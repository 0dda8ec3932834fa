"""The shop's key for Apple's passes: a PEM file of a private key, its pass certificate and Apple's intermediate one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509 import Certificate, ObjectIdentifier, load_pem_x509_certificate
from cryptography.x509.oid import NameOID

from loyalty.passes.port import KeyFault, KeyFaultError
from loyalty.passes.rules import PassType

# What stands between the blocks, such as OpenSSL's own notes, is nothing.
_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)
_CERTIFICATE: Final = b"CERTIFICATE"
_OPTIONS: Final = (PKCS7Options.DetachedSignature, PKCS7Options.Binary)


@dataclass(frozen=True)
class AppleKey:
    """A key with the certificate of a pass type, and Apple's own that issued it."""

    key: RSAPrivateKey
    certificate: Certificate
    intermediate: Certificate
    of: PassType

    @classmethod
    def read(cls, pem: bytes) -> Self:
        """The key in a PEM file, in any order. Raises KeyFaultError."""
        blocks = [(found[1], found[0]) for found in _BLOCK.finditer(pem)]
        key = _private_key([block for name, block in blocks if name != _CERTIFICATE])
        certificates = [_certificate(block) for name, block in blocks if name == _CERTIFICATE]
        own = next((each for each in certificates if each.public_key() == key.public_key()), None)
        if own is None:
            raise KeyFaultError(KeyFault.NO_CERTIFICATE_OF_THE_KEY)
        issuer = next((each for each in certificates if each is not own and _issued(own, each)), None)
        if issuer is None:
            raise KeyFaultError(KeyFault.NO_INTERMEDIATE_CERTIFICATE)
        return cls(key, own, issuer, _pass_type(own))

    def sign(self, manifest: bytes, now: datetime) -> bytes:
        """The detached signature, with its time and both certificates. Raises KeyFaultError for one that is over."""
        for each in (self.certificate, self.intermediate):
            if not each.not_valid_before_utc <= now <= each.not_valid_after_utc:
                raise KeyFaultError(KeyFault.CERTIFICATE_NOT_VALID_NOW)
        builder = PKCS7SignatureBuilder().set_data(manifest).add_signer(self.certificate, self.key, SHA256())
        return builder.add_certificate(self.intermediate).sign(Encoding.DER, _OPTIONS)


def rsa_key(pem: bytes) -> RSAPrivateKey:
    """The RSA key in a block of PEM. Raises KeyFaultError."""
    # The errors of the library are not passed on: they could quote the key.
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise KeyFaultError(KeyFault.ENCRYPTED) from None
    except Exception:  # noqa: BLE001  # OpenSSL raises errors of many kinds for what is no key
        raise KeyFaultError(KeyFault.NOT_READABLE) from None
    if not isinstance(key, RSAPrivateKey):
        raise KeyFaultError(KeyFault.NOT_RSA)
    return key


def _private_key(blocks: list[bytes]) -> RSAPrivateKey:
    if len(blocks) != 1:
        raise KeyFaultError(KeyFault.NOT_ONE_PRIVATE_KEY)
    return rsa_key(blocks[0])


def _certificate(block: bytes) -> Certificate:
    try:
        return load_pem_x509_certificate(block)
    except ValueError:
        raise KeyFaultError(KeyFault.NOT_READABLE) from None


def _issued(certificate: Certificate, by: Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _pass_type(certificate: Certificate) -> PassType:
    """Apple writes the pass type into the user id of the subject, and the team into its unit."""
    identifier, team = (_named(certificate, oid) for oid in (NameOID.USER_ID, NameOID.ORGANIZATIONAL_UNIT_NAME))
    if not identifier.startswith("pass.") or not team:
        raise KeyFaultError(KeyFault.NOT_A_PASS_CERTIFICATE)
    return PassType(identifier, team)


def _named(certificate: Certificate, oid: ObjectIdentifier) -> str:
    return next((str(each.value) for each in certificate.subject.get_attributes_for_oid(oid)), "")
