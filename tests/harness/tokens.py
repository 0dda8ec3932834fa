"""Access tokens as the two user pools sign them, for tests of HTTP routes.

@pytest.fixture(autouse=True)
def issuers(monkeypatch): install_issuers(monkeypatch)

client.http.get(path, headers=bearer(Role.SUPPORT))
client.http.get(path, headers=bearer(customer_id))
"""

from __future__ import annotations

import json
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.auth import STOREFRONT_SCOPE
from shared.roles import STAFF_GROUPS, Role
from shared.runtime import settings

if TYPE_CHECKING:
    import pytest

STAFF_ISSUER: Final = "https://issuer.test/staff"
CUSTOMERS_ISSUER: Final = "https://issuer.test/customers"
STAFF_CLIENT: Final = "staff-client"
MACHINE_CLIENT: Final = "machine-client"
CUSTOMERS_CLIENT: Final = "customers-client"
KEY_ID: Final = "test-key"


def install_issuers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the HTTP door trust this module's tokens, for the time of a test."""
    for name, value in _environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(settings, "_READ", {})  # read once a process; here the environment has changed under it


def bearer(who: Role | str, **claims: Any) -> dict[str, str]:
    """The header of a request by `who`: see `token`."""
    return {"Authorization": f"Bearer {token(who, **claims)}"}


def token(who: Role | str, **claims: Any) -> str:
    """A token of a role (a staff member, or the storefront's machine), or of the customer with this id.

    `claims` replace those of a good token; None leaves one out.
    """
    now = int(time.time())
    everyone = {"token_use": "access", "iat": now, "exp": now + 600, "sub": "subject"}
    merged = everyone | _claims_of(who) | claims
    return sign({name: value for name, value in merged.items() if value is not None})


def sign(claims: dict[str, Any], *, key: rsa.RSAPrivateKey | None = None, key_id: str = KEY_ID) -> str:
    """The token of any claims, by default under the key that the pools publish."""
    return jwt.encode(claims, key or private_key(), algorithm="RS256", headers={"kid": key_id})


@cache
def private_key() -> rsa.RSAPrivateKey:
    """The key that both pools sign with; made once a process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _claims_of(who: Role | str) -> dict[str, Any]:
    if who == Role.STOREFRONT:
        return {"iss": STAFF_ISSUER, "client_id": MACHINE_CLIENT, "scope": STOREFRONT_SCOPE}
    if who in STAFF_GROUPS:
        return {
            "iss": STAFF_ISSUER,
            "client_id": STAFF_CLIENT,
            "username": f"test-{who}",
            "cognito:groups": [str(who)],
        }
    return {"iss": CUSTOMERS_ISSUER, "client_id": CUSTOMERS_CLIENT, "username": str(who)}


def _environment() -> dict[str, str]:
    url = _key_server()
    return {
        "STAFF_ISSUER": STAFF_ISSUER,
        "STAFF_CLIENTS": f"{STAFF_CLIENT},{MACHINE_CLIENT}",
        "STAFF_JWKS_URL": f"{url}/staff",
        "CUSTOMERS_ISSUER": CUSTOMERS_ISSUER,
        "CUSTOMERS_CLIENTS": CUSTOMERS_CLIENT,
        "CUSTOMERS_JWKS_URL": f"{url}/customers",
        # A proxy of this machine is not for the server inside this process.
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


@cache
def _key_server() -> str:
    """A server of the public keys, for as long as the process lives: PyJWKClient reads http and https only."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class _Keys(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        body = _key_set()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Tests print nothing."""


def times_asked() -> int:
    """How often the pools were asked for their keys."""
    return _Keys.asked


@cache
def _key_set() -> bytes:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key().public_key()))
    return json.dumps({"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}).encode()
