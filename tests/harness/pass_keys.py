"""Keys for wallet passes as a shop has them: of Apple, by a certificate authority of the tests, and of Google."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

PASS_TYPE: Final = "pass.example.shop.card"
TEAM: Final = "A1B2C3D4E5"
ACCOUNT: Final = "passes@shop-12345.iam.gserviceaccount.com"
BEGINS: Final = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Issued:
    """A key with its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def key_pem(self) -> str:
        return private_pem(self.key)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


@cache
def new_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key. The same name gives the same key, because each takes a tenth of a second."""
    del name
    return rsa.generate_private_key(65537, bits)


@cache
def root() -> Issued:
    """What Apple's own root is to Apple."""
    return _issue("root", {NameOID.COMMON_NAME: "Root of the tests"}, None, is_authority=True)


@cache
def intermediate() -> Issued:
    """What Apple's Worldwide Developer Relations are."""
    return _issue("intermediate", {NameOID.COMMON_NAME: "Relations of the tests"}, root(), is_authority=True)


def pass_certificate(*, until: datetime = datetime(2100, 1, 1, tzinfo=UTC), user_id: str = PASS_TYPE) -> Issued:
    """The shop's own."""
    subject = {
        NameOID.USER_ID: user_id,
        NameOID.COMMON_NAME: f"Pass Type ID: {user_id}",
        NameOID.ORGANIZATIONAL_UNIT_NAME: TEAM,
        NameOID.COUNTRY_NAME: "GB",
    }
    return _issue("pass", subject, intermediate(), until=until)


def apple_pem(own: Issued | None = None) -> str:
    """The file that the shop stores."""
    own = own or pass_certificate()
    return f"{own.key_pem}{own.pem}{intermediate().pem}"


def google_json(bits: int = 2048) -> str:
    """The file that Google lets the shop download."""
    key = {"type": "service_account", "private_key_id": "1", "client_email": ACCOUNT}
    return json.dumps({**key, "private_key": private_pem(google_key(bits))})


def google_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return new_key(f"google {bits}", bits)


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _issue(
    name: str,
    subject: dict[x509.ObjectIdentifier, str],
    by: Issued | None,
    *,
    until: datetime = datetime(2100, 1, 1, tzinfo=UTC),
    is_authority: bool = False,
) -> Issued:
    key = new_key(name)
    named = x509.Name([x509.NameAttribute(oid, value) for oid, value in subject.items()])
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(by.certificate.subject if by else named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(BEGINS, until - timedelta(days=1)))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    return Issued(key, builder.sign(by.key if by else key, SHA256()))
