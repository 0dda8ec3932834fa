"""Passes as a shop and its customers have them: keys given, passes taken, packages opened and verified by OpenSSL."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any, Final

import jwt

from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.harness.aws.ground import aws_client
from tests.harness.pass_keys import apple_pem, google_json, google_key, public_pem, root
from tests.integration.loyalty.shop import ADA, call

PKPASS: Final = "application/vnd.apple.pkpass"
SAVE: Final = "https://pay.google.com/gp/v/save/"
BOTH: Final = ("apple", "google")


def give(wallet: str, value: str | None = None) -> None:
    """Give a wallet its key, as the shop owner does."""
    value = value or {"apple": apple_pem, "google": google_json}[wallet]()
    aws_client("secretsmanager").put_secret_value(SecretId=f"{wallet}-pass-secret", SecretString=value)


def give_both() -> None:
    for wallet in BOTH:
        give(wallet)


def take(wallet: str, *, by: Role | str = Role.STOREFRONT, customer_id: str = ADA, query: str = "") -> Answer:
    path = f"/api/customers/{customer_id}/card/passes/{wallet}{query}"
    return call("GET", path, by=by, headers={"Accept": PKPASS} if wallet == "apple" else {})


def opened(answer: Answer) -> dict[str, bytes]:
    """The files of a package."""
    assert answer.status == 200, answer.text
    assert answer.headers["Content-Type"] == PKPASS
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def said_by(answer: Answer) -> Any:
    """The pass.json of a package that a phone would take: its digests are right, and its signature too."""
    files = opened(answer)
    manifest = json.loads(files["manifest.json"])
    contents = {name: content for name, content in files.items() if name not in {"manifest.json", "signature"}}
    assert manifest == {name: hashlib.sha1(content).hexdigest() for name, content in contents.items()}  # noqa: S324
    return json.loads(contents["pass.json"])


def saved_by(answer: Answer, bits: int = 2048) -> Any:
    """The claims in a link, read with the account's public key."""
    assert answer.status == 200, answer.text
    token = answer.json["save_url"].removeprefix(SAVE)
    options: Any = {"verify_iat": False}
    return jwt.decode(
        token, public_pem(google_key(bits)).decode(), algorithms=["RS256"], audience="google", options=options
    )


def verified(folder: Path, manifest: bytes, signature: bytes) -> subprocess.CompletedProcess[str]:
    """What OpenSSL says of a detached signature, if it trusts only the root that the intermediate is of."""
    for name, content in (("manifest", manifest), ("signature", signature), ("root.pem", root().pem.encode())):
        (folder / name).write_bytes(content)
    options = "-binary -inform DER -in signature -content manifest -CAfile root.pem -purpose any -out verified"
    return openssl(folder, "cms", "-verify", *options.split())


def openssl(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603, S607
