"""A pass for Apple Wallet through the front, the gateway and the packaged function, by the secret of the stage."""

from __future__ import annotations

import hashlib
import io
import json
import urllib.request
import zipfile
from typing import Final

from tests.cloud.shop import Shop, client, eventually
from tests.harness.pass_keys import apple_pem

PKPASS: Final = "application/vnd.apple.pkpass"


def test_a_pass_arrives_as_bytes_once_the_shop_has_stored_its_key(shop: Shop) -> None:
    customer_id, _ = shop.register()
    passes = f"/api/customers/{customer_id}/card/passes"
    eventually(lambda: shop.call("GET", f"/api/customers/{customer_id}/card", "support")[0] == 200, "the card")
    accepted = {"Accept": PKPASS}
    assert refusal(shop, f"{passes}/apple", accepted) == (409, "/problems/passes-not-offered")
    assert refusal(shop, f"{passes}/google", {}) == (409, "/problems/passes-not-offered")
    client(shop.stage, "secretsmanager").put_secret_value(SecretId=secret_of(shop), SecretString=apple_pem())
    assert refusal(shop, f"{passes}/apple", {"Accept": "*/*"}) == (406, "/problems/not-acceptable")
    sent = {"Authorization": f"Bearer {shop.storefront.token('storefront')}", **accepted}
    request = urllib.request.Request(f"{shop.stage.base_url}{passes}/apple", headers=sent)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        assert answer.headers["Content-Type"] == PKPASS
        content = answer.read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(files["pass.json"])["serialNumber"] == customer_id
    assert json.loads(files["manifest.json"])["pass.json"] == hashlib.sha1(files["pass.json"]).hexdigest()  # noqa: S324


def refusal(shop: Shop, path: str, headers: dict[str, str]) -> tuple[int, str]:
    status, body, _ = shop.call("GET", path, "storefront", headers=headers)
    return status, body["type"]


def secret_of(shop: Shop) -> str:
    stack = shop.stage.deployment.stack("loyalty")
    found = client(shop.stage, "cloudformation").describe_stack_resource(
        StackName=stack, LogicalResourceId="ApplePassSecret"
    )
    name: str = found["StackResourceDetail"]["PhysicalResourceId"]
    return name
