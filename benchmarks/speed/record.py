"""Four operations as Lambda and AWS see them: what each is invoked with, and what AWS answers its calls.

Each runs once on moto; what measures it afterwards plays the answers back, and knows neither moto nor the tests.
`python -m benchmarks.speed.record <file>` writes them down.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest import mock

import botocore.endpoint
import jwt

import tests.harness.environment  # noqa: F401  # isort: skip  # before ours: tables are named by it

from loyalty.programme.usecases import current_programme, forget_cached_programme
from shared import clock
from shared.events.foreign import Order
from shared.runtime import settings
from tests.harness import people, tokens
from tests.harness.aws.context import LambdaContext
from tests.harness.aws.direct import calls_through_botocore
from tests.harness.house import House, Weather, open_house
from tests.harness.orders import paid, placed

# A queue's batch, and customers enough for every shard of the list to fill a page.
BATCH: Final = 10
CUSTOMERS: Final = 240
PAGE: Final = 50
_VALID_SECONDS: Final = 86_400


def main() -> None:
    """Runs the operations and writes what was recorded to the file that is named."""
    with mock.patch.dict("os.environ"), mock.patch.object(settings, "_READ", {}):
        _trust_tokens()
        with open_house(Weather(random=Random(1))) as house:  # noqa: S311  # repeatable
            Path(sys.argv[1]).write_text(json.dumps(_record(house)))


def _record(house: House) -> dict[str, Any]:
    customers = [_register(house, number) for number in range(CUSTOMERS)]
    house.settle()
    buyers = [people.buyer(number, customers[number]) for number in range(BATCH)]
    _buy(house, [people.order(f"2026-1{n:06}", buyer, clock.now()) for n, buyer in enumerate(buyers)])
    orders = [people.order(f"2026-2{n:06}", buyer, clock.now()) for n, buyer in enumerate(buyers)]
    house.send(*map(placed, orders))
    house.settle()
    house.send(*map(paid, orders))
    recorded = {"order recorded": _hear(house, "customers")}
    house.carry_stream("customers")
    recorded["points earned"] = _hear(house, "loyalty") | {"once": _read_programme()}
    recorded["profile read"] = _ask(house, "/api/customers/{customer_id}", {"customer_id": customers[0]}, {})
    recorded["page of 50 read"] = _ask(house, "/api/customers", {}, {"limit": [str(PAGE)]})
    return {"operations": recorded, "keys": _keys(), "environment": _environment()}


def _buy(house: House, orders: list[Order]) -> None:
    house.send(*map(placed, orders), *map(paid, orders))
    house.settle()


def _register(house: House, number: int) -> str:
    answer = house.call("POST", "/api/registrations", by="storefront", body=people.registration(number))
    customer_id: str = answer.json["id"]
    return customer_id


def _hear(house: House, service: str) -> dict[str, Any]:
    """The batch that waits in a service's queue, heard."""
    batch, house.queues[service] = house.queues[service][:BATCH], []
    event = {"Records": [_message(message.id, message.body) for message in batch]}
    answers = _run(lambda: house.apps[service].inbox(event, LambdaContext()))
    return {"service": service, "function": "inbox", "event": event, "answers": answers, "of": len(batch)}


def _read_programme() -> list[dict[str, Any]]:
    """What a process is answered when it first asks for loyalty's programme; it knows it for a minute then."""
    forget_cached_programme()
    with _written_down() as answers:
        current_programme(clock.now())
    return answers


def _ask(house: House, resource: str, path: Mapping[str, str], query: Mapping[str, list[str]]) -> dict[str, Any]:
    event = {
        "resource": resource,
        "path": resource.format(**path),
        "httpMethod": "GET",
        "headers": {"Authorization": f"Bearer {_long_token()}", "Accept": "application/json"},
        "multiValueHeaders": {},
        "pathParameters": dict(path) or None,
        "queryStringParameters": {name: values[0] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": dict(query) or None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": "GET",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "192.0.2.1"},
        },
    }
    answers = _run(lambda: house.apps["customers"].app(event, LambdaContext()))
    return {"service": "customers", "function": "app", "event": event, "answers": answers, "of": 1}


def _run(invoke: Callable[[], Any]) -> list[dict[str, Any]]:
    with _written_down() as answers:
        result = invoke()
    if result.get("batchItemFailures") or result.get("statusCode", 200) != 200:  # OK
        raise AssertionError(result)
    return answers


@contextmanager
def _written_down() -> Iterator[list[dict[str, Any]]]:
    """Every answer that AWS gives meanwhile."""
    answers: list[dict[str, Any]] = []
    seen: list[Any] = []
    convert = botocore.endpoint.convert_to_response_dict

    def write_down(response: Any, operation: Any) -> Any:
        if any(response is one for one in seen):  # botocore converts some twice
            return convert(response, operation)
        seen.append(response)
        headers = {name: value for name, value in response.headers.items() if name.lower() != "date"}
        body = response.content.decode()
        answers.append({"operation": operation.name, "status": response.status_code, "headers": headers, "body": body})
        return convert(response, operation)

    with calls_through_botocore(), mock.patch.object(botocore.endpoint, "convert_to_response_dict", write_down):
        yield answers


def _message(message_id: str, body: str) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": message_id,
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:inbox",
        "awsRegion": "us-east-1",
    }


def _trust_tokens() -> None:
    """As the tests' own fixture does it, for this whole process."""
    import pytest  # noqa: PLC0415  # only for its monkeypatch

    tokens.install_issuers(pytest.MonkeyPatch())


def _long_token() -> str:
    return tokens.token("support", exp=int(time.time()) + _VALID_SECONDS)


def _keys() -> dict[str, Any]:
    """What the pool publishes to check the token by."""
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(tokens.private_key().public_key()))
    return {"keys": [{**public, "kid": tokens.KEY_ID, "use": "sig", "alg": "RS256"}]}


def _environment() -> dict[str, str]:
    """What the functions are told; no key server is asked, for its answer is played back too."""
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
        "STAGE": "test",
        "BUS_NAME": "regulars-test",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "EMAIL_SECRET_ID": "email-secret",
        "STAFF_ISSUER": tokens.STAFF_ISSUER,
        "STAFF_CLIENTS": tokens.STAFF_CLIENT,
        "STAFF_JWKS_URL": "https://issuer.test/keys",
    }


if __name__ == "__main__":
    main()
