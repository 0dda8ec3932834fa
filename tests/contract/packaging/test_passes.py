"""Wallet passes as they are packaged: their keys, alarm and media type, and signatures made from the bundle alone."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from loyalty.passes.usecases import METRIC
from tests.contract.packaging.packaged import SERVICES, archive, of_type, policies, template
from tests.contract.packaging.test_bundles import RUNTIME
from tests.harness.pass_keys import apple_pem, google_json

SECRETS: Final = ("ApplePassSecret", "GooglePassSecret")
PKPASS: Final = "application/vnd.apple.pkpass"
PROGRAM: Final = """
import sys
sys.path[:0] = [{code!r}, {runtime!r}]
from datetime import UTC, datetime
from loyalty.passes.apple_key import AppleKey, rsa_key
from loyalty.passes.google import _GoogleKey, _account
pem, google = sys.stdin.read().split("|")
signature = AppleKey.read(pem.encode()).sign(b"manifest", datetime.now(UTC))
account, key = _account(google.encode())
print(signature[:1].hex(), _GoogleKey(rsa_key(key.encode()), account).sign({{"iss": account}}).count("."))
"""


def test_a_pass_is_signed_with_what_the_bundle_and_lambda_have(tmp_path: Path) -> None:
    code, runtime = tmp_path / "code", tmp_path / "runtime"
    runtime.mkdir()
    for name in RUNTIME:
        (runtime / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    with zipfile.ZipFile(archive("loyalty")) as opened:
        opened.extractall(code)
    program = PROGRAM.format(code=str(code), runtime=str(runtime))
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", "-c", program],
        input=f"{apple_pem()}|{google_json()}",
        capture_output=True,
        text=True,
        check=True,
        env={"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"},
        cwd=tmp_path,
    )
    # A sequence of DER, and a token of three parts.
    assert done.stdout.split() == ["30", "2"]


def test_the_template_gives_the_keys_no_value_that_an_update_could_bring_back() -> None:
    secrets = of_type("loyalty", "AWS::SecretsManager::Secret")
    for secret in [secrets[name] for name in SECRETS]:
        assert set(secret["Properties"]) == {"Description", "KmsKeyId"}
        assert secret["Properties"]["KmsKeyId"] == {"Ref": "KeyArn"}


def test_only_the_function_that_answers_requests_reads_them() -> None:
    readers = {
        (role, statement["Resource"]["Fn::GetAtt"][0])
        for role, statement in policies("loyalty")
        if "secretsmanager:GetSecretValue" in statement["Action"] and statement["Resource"]["Fn::GetAtt"][0] in SECRETS
    }
    assert {secret for _, secret in readers} == set(SECRETS)
    [role] = {role for role, _ in readers}
    functions: dict[str, Any] = of_type("loyalty", "AWS::Serverless::Function")
    assert [name for name, one in functions.items() if role in str(one["Properties"]["Role"])] == ["APIHandler"]


@pytest.mark.parametrize("service", SERVICES)
def test_the_gateway_of_loyalty_alone_hands_on_passes(service: str) -> None:
    api = template(service)["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    assert (PKPASS in api["x-amazon-apigateway-binary-media-types"]) is (service == "loyalty")


def test_a_key_that_cannot_sign_raises_an_alarm() -> None:
    alarms = of_type("loyalty", "AWS::CloudWatch::Alarm")
    [alarm] = [each["Properties"] for each in alarms.values() if each["Properties"]["MetricName"] == METRIC]
    assert {each["Name"] for each in alarm["Dimensions"]} == {"service", "stage"}
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopicArn"}]
