"""Access tokens for trying the API: for each staff role, for the storefront, and for a customer.

Staff and customers are users that this command creates. Nobody keeps their passwords.
"""

import argparse
import base64
import json
import secrets
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from infra import stacks
from infra.console import console, fail
from infra.deploy import Deployment
from infra.local.state import local_deployment
from infra.stacks import Outputs
from shared.roles import STAFF_GROUPS, Role

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

STAFF_ROLES = tuple(sorted(role.value for role in STAFF_GROUPS))
MACHINE = Role.STOREFRONT.value


def token(deployment: Deployment, role: str) -> str:
    """An access token for a staff role, the storefront's machine, or the customer with the id `role`."""
    return token_for(_cognito(deployment), _core(deployment), role, deployment.endpoint)


def token_for(cognito: "CognitoIdentityProviderClient", core: Outputs, role: str, endpoint: str | None = None) -> str:
    """An access token like that of `token`, for callers that know the outputs of the core stack already."""
    if role == MACHINE:
        return _machine_token(cognito, core, endpoint)
    if role in STAFF_ROLES:
        _ensure_user(cognito, core["StaffPool"], f"trying-{role}")
        cognito.admin_add_user_to_group(UserPoolId=core["StaffPool"], Username=f"trying-{role}", GroupName=role)
        return _user_token(cognito, core["StaffPool"], core["StaffClient"], f"trying-{role}")
    _ensure_user(cognito, core["CustomersPool"], role)
    return _user_token(cognito, core["CustomersPool"], core["CustomersClient"], role)


def _cognito(deployment: Deployment) -> "CognitoIdentityProviderClient":
    return deployment.session.client("cognito-idp", region_name=deployment.region, endpoint_url=deployment.endpoint)


def _core(deployment: Deployment) -> Outputs:
    return stacks.outputs(deployment.cloudformation(), deployment.stack("core"))


def _ensure_user(cognito: "CognitoIdentityProviderClient", pool: str, name: str) -> None:
    try:
        cognito.admin_create_user(
            UserPoolId=pool, Username=name, TemporaryPassword=_password(), MessageAction="SUPPRESS"
        )
    except cognito.exceptions.UsernameExistsException:
        return


def _user_token(cognito: "CognitoIdentityProviderClient", pool: str, client: str, name: str) -> str:
    """Set a new password, sign in with it, and forget it."""
    password = _password()
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return answer["AuthenticationResult"]["AccessToken"]


def _password() -> str:
    """A random password that the policies of both pools accept."""
    return f"Aa1{secrets.token_urlsafe(24)}"


def _machine_token(cognito: "CognitoIdentityProviderClient", core: Outputs, endpoint: str | None) -> str:
    """The token for the storefront's client credentials, from the pool's public token endpoint."""
    client = core["StorefrontClient"]
    described = cognito.describe_user_pool_client(UserPoolId=core["StaffPool"], ClientId=client)
    pair = f"{client}:{described['UserPoolClient']['ClientSecret']}"
    request = urllib.request.Request(  # noqa: S310  # Cognito's address or the local cloud's
        f"{endpoint}/oauth2/token" if endpoint else core["TokenUrl"],
        data=urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "regulars/storefront"}).encode(),
        headers={
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # the same
        granted: dict[str, str] = json.load(answer)
    return granted["access_token"]


def main() -> None:
    """Prints an access token for the local cloud or for a named stage."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("role", help=f"{', '.join(STAFF_ROLES)}, {MACHINE}, or a customer's id")
    parser.add_argument("--stage", help="a stage in the account that the AWS settings name")
    chosen = parser.parse_args()
    if chosen.role not in (*STAFF_ROLES, MACHINE) and not chosen.role.startswith("cus_"):
        fail(f"No such role: {chosen.role}. Use {', '.join(STAFF_ROLES)}, {MACHINE} or a customer's id (cus_…).")
    deployment = Deployment.of_account(chosen.stage) if chosen.stage else local_deployment()
    try:
        console.print(token(deployment, chosen.role), soft_wrap=True, markup=False)
    except (ClientError, BotoCoreError, OSError, KeyError) as error:
        fail(f"No token: {error}")


if __name__ == "__main__":
    main()
