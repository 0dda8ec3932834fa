"""Lists the calls that each function's role allows, in docs/proof/roles.md, from the policies.

python -m infra.docs.roles            writes the page
python -m infra.docs.roles --check    fails if the page is stale

tests/cloud/test_roles.py makes each of these calls under each role on the local cloud.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Final

from infra.bundle import ROOT
from infra.generate.grants import logs_id
from infra.generate.policies import STREAM, Call, Role, roles
from infra.generate.tables import indexes
from infra.generate.template import own_resources
from shared.services import SERVICES

FILE: Final = ROOT / "docs" / "proof" / "roles.md"


def _named(service: str, operations: str) -> list[str]:
    return [f"{service}:{operation}" for operation in operations.split()]


_TABLE: Final = _named(
    "dynamodb",
    "GetItem BatchGetItem Query Scan ConditionCheckItem PutItem UpdateItem DeleteItem BatchWriteItem DescribeTable "
    "UpdateTable UpdateTimeToLive DeleteTable",
)
_INDEX: Final = _named("dynamodb", "Query Scan")
_STREAM: Final = _named("dynamodb", "DescribeStream GetShardIterator GetRecords ListStreams")
_QUEUE: Final = _named(
    "sqs",
    "SendMessage ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes SetQueueAttributes PurgeQueue "
    "DeleteQueue",
)
_SECRET: Final = _named("secretsmanager", "GetSecretValue PutSecretValue DeleteSecret")
_LOGS: Final = _named("logs", "CreateLogStream PutLogEvents FilterLogEvents DeleteLogGroup")
_BUCKET: Final = _named("s3", "ListBucket GetObject PutObject DeleteObject")
_POOL: Final = _named("cognito-idp", "AdminGetUser AdminCreateUser")

# Resources that the stage shares, and resources that no function needs.
_SHARED: Final[dict[str, tuple[str, list[str]]]] = {
    "core.Bus": ("the bus", _named("events", "PutRule DeleteEventBus")),
    "core.DefaultBus": ("the account's default bus", ["events:PutEvents"]),
    "core.Key": ("the key, directly", _named("kms", "Decrypt Encrypt DescribeKey ScheduleKeyDeletion")),
    "core.Artifacts": ("the bucket of packages", _BUCKET),
    "core.Exports": ("the bucket of exports", _BUCKET),
    "core.AlarmTopic": ("the topic of alarms", ["sns:Publish"]),
    "core.Staff": ("the staff's user pool", _POOL),
    "core.Customers": ("the customers' user pool", _POOL),
    "core.Identity": ("an identity of the mail service", ["ses:DeleteEmailIdentity"]),
}


@dataclass(frozen=True)
class Attempt:
    """One call under one role. `on` says what the resource is to the role."""

    role: Role
    call: Call
    on: str

    @property
    def allowed(self) -> bool:
        """Whether the policy allows it."""
        return self.role.allows(self.call)

    @property
    def made_locally(self) -> bool:
        """Whether the local cloud can decide the call."""
        return not (self._is_forged or (self.allowed and _is_named_otherwise(self.call)))

    @property
    def _is_forged(self) -> bool:
        """Whether only a condition on the sender refuses the call. The local cloud ignores such conditions."""
        return self.allowed != self.role.allows(Call(self.call.action, self.call.resource))


def _is_named_otherwise(call: Call) -> bool:
    """The local cloud names streams and log groups differently when it decides, so AWS's policies do not match."""
    return call.action.startswith("logs:") or call.resource.endswith(STREAM)


@cache
def attempts(role: Role) -> tuple[Attempt, ...]:
    """Every call to try under a role: on resources of its own service, of other services, and on shared ones."""
    return tuple(Attempt(role, call, on) for on, call in [*_own(role), *_others(role), *_shared(role)])


def _own(role: Role) -> Iterator[tuple[str, Call]]:
    service = role.service
    yield from _calls("its table", f"{service}.Table", _TABLE)
    for index in indexes(service):
        yield from _calls(f"its index {index}", f"{service}.Table/index/{index}", _INDEX)
    yield from _calls("its stream", f"{service}.Table/{STREAM}", _STREAM)
    for queue, on in (("Queue", "its inbox"), ("Dead", "its dead letters"), ("Untold", "its untold events")):
        yield from _calls(on, f"{service}.{queue}", _QUEUE)
    for secret in secrets(service):
        yield from _calls("its secret", f"{service}.{secret}", _SECRET)
    yield from _calls("its logs", _logs(role), _LOGS)


def _others(role: Role) -> Iterator[tuple[str, Call]]:
    for service in (one for one in SERVICES if one != role.service):
        yield from _calls("another service's table", f"{service}.Table", _TABLE)
        for index in indexes(service):
            yield from _calls("another service's index", f"{service}.Table/index/{index}", _INDEX)
        yield from _calls("another service's stream", f"{service}.Table/{STREAM}", _STREAM)
        for queue in ("Queue", "Dead", "Untold"):
            yield from _calls("another service's queue", f"{service}.{queue}", _QUEUE)
        for secret in secrets(service):
            yield from _calls("another service's secret", f"{service}.{secret}", _SECRET)
    for other in (one for one in roles() if one != role):
        yield from _calls("another function's logs", _logs(other), _LOGS[1:3])
        yield from _calls("another function", f"{other.service}.{other.logical_id}", ["lambda:InvokeFunction"])
        yield from _calls("another function's role", f"{other.service}.{other.logical_id}Role", ["sts:AssumeRole"])


def _shared(role: Role) -> Iterator[tuple[str, Call]]:
    function = f"{role.service}.{role.logical_id}"
    yield from _calls("itself", function, ["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"])
    yield from _calls("its role", f"{function}Role", ["iam:PutRolePolicy"])
    yield from _calls("its stack", f"{role.service}.Stack", ["cloudformation:DeleteStack"])
    for resource, (on, actions) in _SHARED.items():
        yield from _calls(on, resource, actions)
    for source in ("orders", *(f"regulars.{service}" for service in SERVICES)):
        on = f"the bus, as {'itself' if source == f'regulars.{role.service}' else 'another source'}"
        yield on, Call("events:PutEvents", "core.Bus", {"events:source": source})
    for sender, on in (("Sender", "mail from the shop's sender"), ("another", "mail from another address")):
        yield on, Call("ses:SendEmail", "core.Identity", {"ses:FromAddress": sender})


def _calls(on: str, resource: str, actions: list[str]) -> Iterator[tuple[str, Call]]:
    return ((on, Call(action, resource)) for action in actions)


def _logs(role: Role) -> str:
    return f"{role.service}.{logs_id(role.function)}"


@cache
def secrets(service: str) -> tuple[str, ...]:
    """The logical ids of a service's secrets. A resource without a type only adds to a common one."""
    resources = own_resources(ROOT, service).get("Resources", {})
    return tuple(name for name, part in resources.items() if part.get("Type") == "AWS::SecretsManager::Secret")


_HEAD: Final = """# What each function may do, and what it may not

`python -m infra.docs.roles` makes this page from the functions' policies (`infra/generate/grants.py`). The local cloud
enforces roles. `make test` makes each of these calls under each role there, and fails if a result differs.

A star marks rows with calls that the local cloud cannot decide. It ignores conditions on `events:source` and
`ses:FromAddress`, so it does not refuse calls that only such a condition refuses. It also names streams and log groups
differently from AWS when it decides, so it cannot try calls on them that AWS allows.

{roles} roles, {calls:,} calls, {allowed} allowed, {refused:,} refused. X-Ray is left out: its two actions have no
resource.
"""


def document() -> str:
    """The whole page."""
    every = [attempt for role in roles() for attempt in attempts(role)]
    allowed = sum(attempt.allowed for attempt in every)
    counts = {"roles": len(roles()), "calls": len(every), "allowed": allowed, "refused": len(every) - allowed}
    parts = [_HEAD.format(**counts)]
    parts += [_section(service, list(of)) for service, of in groupby(roles(), lambda role: role.service)]
    return "\n".join([*parts, _refused_to_all(every)])


def _section(service: str, of: list[Role]) -> str:
    """The calls that at least one function of a service may make."""
    rows = _rows([attempt for role in of for attempt in attempts(role)])
    lines = [
        f"## {service}\n",
        f"| call | on | {' | '.join(role.short for role in of)} |",
        f"|---|---|{'---|' * len(of)}",
    ]
    for (on, action), tried in rows.items():
        if any(attempt.allowed for attempt in tried):
            lines.append(f"| {action} | {on}{_star(tried)} | {' | '.join(_cell(tried, role) for role in of)} |")
    return "\n".join([*lines, ""])


def _rows(tried: list[Attempt]) -> dict[tuple[str, str], list[Attempt]]:
    """The attempts by resource and action, in their order."""
    rows: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in tried:
        rows.setdefault((attempt.on, attempt.call.action), []).append(attempt)
    return rows


def _cell(tried: list[Attempt], role: Role) -> str:
    return "allowed" if any(attempt.allowed for attempt in tried if attempt.role == role) else "refused"


def _star(tried: list[Attempt]) -> str:
    return "" if all(attempt.made_locally for attempt in tried) else " *"


def _refused_to_all(every: list[Attempt]) -> str:
    lines = ["## Refused to every function of every service\n", "| on | calls |", "|---|---|"]
    refused: dict[str, list[str]] = {}
    for (on, action), tried in _rows(every).items():
        if not any(attempt.allowed for attempt in tried):
            refused.setdefault(f"{on}{_star(tried)}", []).append(action)
    return "\n".join([*lines, *(f"| {on} | {', '.join(actions)} |" for on, actions in refused.items()), ""])


def main(arguments: list[str]) -> int:
    """Returns the exit status: 1 if `--check` finds the page stale."""
    text = document()
    if "--check" not in arguments:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(text, encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
        return 0
    print(f"stale: {FILE.relative_to(ROOT)} (run python -m infra.docs.roles)")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
