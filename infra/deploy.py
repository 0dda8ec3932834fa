"""Deploys Regulars: the core that the services share, the five services, and the front.

The same code deploys to an account and to the local cloud; `AWS_ENDPOINT_URL` chooses. The local cloud has no network
of its own. So there the front's origins and the pools' keys have that address too.
"""

import argparse
import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import bundle, stacks
from infra.console import console, fail
from infra.generate.core import core_template
from infra.generate.front import front_template
from infra.settings import SettingsError, read_settings
from infra.stacks import DeploymentError, Outputs
from shared.services import SERVICES

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

REGION = "us-east-1"
# The sender of mails on the local cloud. No mail leaves the machine.
LOCAL_SENDER = "regulars@example.com"
# The address in mails until the first front is deployed.
UNKNOWN_URL = "https://regulars.invalid"


@dataclass(frozen=True)
class Deployment:
    """One stage in one account. With an `endpoint` it is on the local cloud at that address.

    `settings` are the parameters of the templates that a shop may choose, such as AllowedOrigins, Sender, BaseUrl,
    AlarmEmail, DomainName, CertificateArn and Currency.
    """

    stage: str
    settings: dict[str, str] = field(default_factory=dict)
    region: str = REGION
    endpoint: str | None = None
    session: boto3.Session = field(default_factory=boto3.Session, compare=False)

    def stack(self, part: str) -> str:
        """The name of one of the stage's stacks."""
        return f"regulars-{self.stage}-{part}"

    def cloudformation(self) -> "CloudFormationClient":
        return self.session.client("cloudformation", region_name=self.region, endpoint_url=self.endpoint)

    @classmethod
    def of_account(cls, stage: str, settings: dict[str, str] | None = None) -> "Deployment":
        """A stage in the account, or at the endpoint, of the environment's AWS settings."""
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or REGION
        return cls(stage, settings or {}, region, os.environ.get("AWS_ENDPOINT_URL"))

    def s3(self) -> "S3Client":
        return self.session.client("s3", region_name=self.region, endpoint_url=self.endpoint)


def deploy(deployment: Deployment, bundles: list[bundle.Bundle], root: Path = bundle.ROOT) -> dict[str, Outputs]:
    """Deploy core, services and front from this source tree. Returns the outputs of each by name.

    The front needs the services, and mails need the front's address. If no address is chosen and the front gets a new
    one, the services that use the address are deployed once more. Settings that are not given keep their values.
    """
    mail = stacks.settings(deployment.cloudformation(), deployment.stack("notifications"))
    _require_sender(deployment, mail)
    core = _deploy_core(deployment, root)
    front = stacks.outputs(deployment.cloudformation(), deployment.stack("front"))
    before = front.get("BaseUrl", UNKNOWN_URL)
    chosen = deployment.settings.get("BaseUrl") or _kept_url(mail, before)
    shared = {**_shared_parameters(deployment, core), "BaseUrl": chosen or before}
    made = _deploy_services(deployment, core, shared, bundles)
    front = _deploy_front(deployment, core, made, root)
    if not chosen and front["BaseUrl"] != before:
        late = [one for one in bundles if "BaseUrl" in _template(one)["Parameters"]]
        made |= _deploy_services(deployment, core, {**shared, "BaseUrl": front["BaseUrl"]}, late)
    return {"core": core, **made, "front": front}


def _require_sender(deployment: Deployment, deployed: dict[str, str]) -> None:
    """Raise DeploymentError without a sender: SES would refuse every single mail."""
    if not (deployment.endpoint or deployment.settings.get("Sender") or deployed.get("Sender")):
        raise DeploymentError('Name the sender of mails, an address verified in SES: SET="Sender=shop@example.com"')


def _kept_url(mail: dict[str, str], before: str) -> str | None:
    """The address that an earlier deployment chose for the links in mails. None if it was the front's own address."""
    deployed = mail.get("BaseUrl")
    return None if deployed in (before, UNKNOWN_URL) else deployed


def _deploy_core(deployment: Deployment, root: Path) -> Outputs:
    template = core_template(root)
    parameters = {**deployment.settings, "Stage": deployment.stage}
    return stacks.apply(deployment.cloudformation(), deployment.stack("core"), template, parameters)


def _shared_parameters(deployment: Deployment, core: Outputs) -> dict[str, str]:
    """The parameters for all services. Each service takes those that its template names."""
    keys = deployment.endpoint or f"https://cognito-idp.{deployment.region}.amazonaws.com"
    return {
        **({"Sender": LOCAL_SENDER} if deployment.endpoint else {}),
        **deployment.settings,
        "Stage": deployment.stage,
        "CodeBucket": core["ArtifactsBucket"],
        "KeyArn": core["KeyArn"],
        "AlarmTopicArn": core["AlarmTopicArn"],
        "StaffIssuer": core["StaffIssuer"],
        "StaffClients": f"{core['StaffClient']},{core['StorefrontClient']}",
        "StaffJwksUrl": f"{keys}/{core['StaffPool']}/.well-known/jwks.json",
        "CustomersIssuer": core["CustomersIssuer"],
        "CustomersClients": core["CustomersClient"],
        "CustomersJwksUrl": f"{keys}/{core['CustomersPool']}/.well-known/jwks.json",
    }


def _deploy_services(
    deployment: Deployment, core: Outputs, shared: dict[str, str], bundles: list[bundle.Bundle]
) -> dict[str, Outputs]:
    def one(made: bundle.Bundle) -> Outputs:
        return _deploy_service(deployment, core["ArtifactsBucket"], shared, made)

    with ThreadPoolExecutor(max_workers=len(SERVICES)) as pool:
        return dict(zip((made.service for made in bundles), pool.map(one, bundles), strict=True))


def _deploy_service(deployment: Deployment, bucket: str, shared: dict[str, str], made: bundle.Bundle) -> Outputs:
    """Upload the code under the hash of its contents, and apply the template."""
    code = made.archive.read_bytes()
    prefix = f"{made.service}/{hashlib.sha256(code).hexdigest()[:32]}"
    s3 = deployment.s3()
    s3.put_object(Bucket=bucket, Key=f"{prefix}.zip", Body=code)
    parameters = {**shared, "CodeKey": f"{prefix}.zip"}
    shelf = stacks.Shelf(s3, bucket, f"{prefix}.json")
    name = deployment.stack(made.service)
    return stacks.apply(deployment.cloudformation(), name, _template(made), parameters, shelf)


def _template(made: bundle.Bundle) -> dict[str, Any]:
    template: dict[str, Any] = json.loads(made.template.read_text())
    return template


def _deploy_front(deployment: Deployment, core: Outputs, made: dict[str, Outputs], root: Path) -> Outputs:
    parameters = {**deployment.settings, "Stage": deployment.stage, **_origins(deployment, made)}
    shelf = stacks.Shelf(deployment.s3(), core["ArtifactsBucket"], "front.json")
    name = deployment.stack("front")
    return stacks.apply(deployment.cloudformation(), name, front_template(root), parameters, shelf)


def _origins(deployment: Deployment, made: dict[str, Outputs]) -> dict[str, str]:
    """The front's parameters with the address of each service's API."""
    host, path = "{api}.execute-api.{region}.amazonaws.com", "/api"
    parameters: dict[str, str] = {}
    if deployment.endpoint:
        host, path = "localhost", "/restapis/{api}/api/_user_request_"
        port = str(urlsplit(deployment.endpoint).port)
        parameters = {"OriginProtocol": "http-only", "OriginPort": port, "ViewerProtocol": "allow-all"}
    for service in SERVICES:
        filled = {"api": made[service]["RestAPIId"], "region": deployment.region}
        parameters[f"{service.capitalize()}Host"] = host.format(**filled)
        parameters[f"{service.capitalize()}Path"] = path.format(**filled)
    return parameters


def main() -> None:
    """Packages one stage and deploys it to the account of the environment's AWS settings."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--arch", choices=bundle.ARCHITECTURES, default="arm64")
    parser.add_argument(
        "--set", default="", metavar="'Parameter=value …'", help="parameters of the templates, quoted as in a shell"
    )
    chosen = parser.parse_args()
    try:
        deployment = Deployment.of_account(chosen.stage, read_settings(chosen.set, bundle.ROOT))
        made = deploy(deployment, bundle.bundle(chosen.arch))
    except (
        SettingsError,
        DeploymentError,
        bundle.PackagingError,
        CalledProcessError,
        ClientError,
        BotoCoreError,
    ) as error:
        fail(str(error))
    for part, values in made.items():
        console.print(f"[bold]{deployment.stack(part)}[/bold]")
        for key, value in sorted(values.items()):
            console.print(f"  {key} = {value}")


if __name__ == "__main__":
    main()
