"""The four operations as one would write them by hand: botocore's client, dictionaries and nothing else.

They make the same calls with the same contents, and check what has to be checked of a token; they validate no event,
log nothing, count nothing, and know one way for things to go. What Regulars takes beside them is what all that costs.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import json
import os
import uuid
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

import boto3

Json = dict[str, Any]

_SHARDS: Final = 4
_PROFILE_FIELDS: Final = ("email", "first_name", "last_name", "phone", "date_of_birth", "locale")


def earn_points(event: Json, _: object) -> Json:
    """The inbox of loyalty, for orders that are paid."""
    return _each(event, _earn)


def record_orders(event: Json, _: object) -> Json:
    """The inbox of customers, for payments of orders that are known."""
    return _each(event, _record)


def read_profile(event: Json, _: object) -> Json:
    """`GET /api/customers/{customer_id}`, for staff."""
    _authorize(event)
    key = _key(f"CUSTOMER#{event['pathParameters']['customer_id']}", "PROFILE")
    item = _dynamodb().get_item(TableName=_table("customers"), Key=key, ConsistentRead=True)["Item"]
    return _answer(_profile(item), {"ETag": f'"{item["version"]["N"]}"'})


def read_page(event: Json, _: object) -> Json:
    """`GET /api/customers`, for staff."""
    _authorize(event)
    limit = int(event["queryStringParameters"]["limit"])
    share = 2 * (limit + 1) // _SHARDS + 1
    shards = [_shard(str(number), share) for number in range(_SHARDS)]
    newest = list(heapq.merge(*shards, key=lambda item: item["listed_at"]["S"], reverse=True))
    page = newest[:limit]
    cursor = json.dumps({"listed_at": page[-1]["listed_at"]["S"]}) if len(newest) > limit else None
    encoded = base64.urlsafe_b64encode(cursor.encode()).decode() if cursor else None
    return _answer({"data": [_profile(item) for item in page], "next_cursor": encoded}, {})


OPERATIONS: Final[dict[str, Callable[[Json, object], Json]]] = {
    "points earned": earn_points,
    "order recorded": record_orders,
    "profile read": read_profile,
    "page of 50 read": read_page,
}


def _each(event: Json, handle: Callable[[Json], None]) -> Json:
    failures = []
    for record in event["Records"]:
        try:
            handle(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001  # one bad message fails alone
            print(f"{record['messageId']}: {type(error).__name__}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _earn(envelope: Json) -> None:
    order, told = envelope["detail"]["data"], envelope["detail"]["metadata"]
    customer_id = order["customer_id"]
    key = _key(f"CUSTOMER#{customer_id}", "ACCOUNT")
    account = _dynamodb().get_item(TableName=_table("loyalty"), Key=key, ConsistentRead=True)["Item"]
    points = int(Decimal(order["total"]) / 100 * 10)
    placed = datetime.fromisoformat(order["placed_at"])
    day = placed.date().replace(year=placed.year + 1).isoformat()
    lots, version = json.loads(account["lots"]["S"]), int(account["version"]["N"])
    lots[day] = lots.get(day, 0) + points
    changed = account | {
        "due_at": {"S": f"{min(lots)}T00:00Z"},
        "due_shard": {"S": _shard_of(customer_id)},
        "earned": {"N": str(int(account.get("earned", {"N": "0"})["N"]) + points)},
        "entries": {"N": str(int(account["entries"]["N"]) + 1)},
        "lots": {"S": json.dumps(lots)},
        "version": {"N": str(version + 1)},
    }
    facts = {"version": 2, "currency": order["currency"], "total": order["total"], "lot": day}
    number = int(changed["entries"]["N"])
    hashed = json.dumps({**facts, "number": number, "amount": points, "lots": lots}, sort_keys=True)
    previous = account["head"]["B"] if "head" in account else bytes(32)
    changed["head"] = {"B": hashlib.sha256(previous + hashed.encode()).digest()}
    about = {"facts": {"S": json.dumps(facts)}, "previous": {"B": previous}}
    entry = _earned(order, told, changed, {day: points}) | about
    _write(_put("loyalty", entry, None), _put("loyalty", changed, version))


def _earned(order: Json, told: Json, account: Json, lot: dict[str, int]) -> Json:
    """The entry but for its facts and the hash before; the account is as it is after it."""
    now, lots = datetime.now(UTC), json.loads(account["lots"]["S"])
    return _key(f"ORDER#{order['order_id']}", "EARN") | {
        "account": {"S": order["customer_id"]},
        "actor": {"S": told["actor"]},
        "after": {"S": json.dumps([0, sum(lots.values()), 0, 0, int(account["earned"]["N"]), 0, 0])},
        "amount": {"N": str(sum(lot.values()))},
        "cause": {"S": order["order_id"]},
        "day_shard": {"S": f"{now.date()}#{_shard_of(order['customer_id'])}"},
        "entry_kind": {"S": "earned"},
        **_told("PointsEarned", told["actor"], told["event_id"], told["correlation_id"]),
        "kind": {"S": "entry"},
        "lots": {"S": json.dumps(lot)},
        "posted_at": {"S": now.isoformat()},
        "seq": account["entries"],
        "tier": account["tier"],
        "tier_before": account["tier"],
        "version": {"N": "1"},
    }


def _shard_of(customer_id: str) -> str:
    return str(zlib.crc32(customer_id.encode()) % _SHARDS)


def _record(envelope: Json) -> None:
    told, table = envelope["detail"]["order"], _table("customers")
    key = _key(f"ORDER#{told['id']}", "ORDER")
    order = _dynamodb().get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    key = _key(f"CUSTOMER#{order['customer_id']['S']}", f"STATS#{told['currency']}")
    stats = _dynamodb().get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    version, stats_version = int(order["version"]["N"]), int(stats["version"]["N"])
    spent = int(stats["spent"]["N"]) + told["total"] - int(order["counted_spent"]["N"])
    after = {
        "version": stats_version + 1,
        "currency": told["currency"],
        "orders": int(stats["orders"]["N"]),
        "spent": spent,
        "first_order_at": stats["first_order_at"]["S"],
        "last_order_at": stats["last_order_at"]["S"],
    }
    changed = order | {
        **_told("OrderRecorded", f"machine:{envelope['source']}", envelope["id"], envelope["id"]),
        "counted_spent": {"N": str(told["total"])},
        "paid_at": {"S": envelope["detail"]["paid_at"]},
        "stats": {"S": json.dumps(after)},
        "version": {"N": str(version + 1)},
    }
    counted = stats | {"spent": {"N": str(spent)}, "version": {"N": str(stats_version + 1)}}
    _write(_put("customers", changed, version), _put("customers", counted, stats_version))


def _told(name: str, actor: str, causation_id: str, correlation_id: str) -> Json:
    """What rides on an item that is to be told of."""
    event_id = f"evt_{uuid.uuid4()}"
    told = {
        "actor": {"S": actor},
        "at": {"S": datetime.now(UTC).isoformat()},
        "causation_id": {"S": causation_id},
        "correlation_id": {"S": correlation_id},
        "id": {"S": event_id},
        "name": {"S": name},
    }
    return {"events": {"L": [{"M": told}]}, "outbox": {"S": event_id}}


def _put(service: str, item: Json, version: int | None) -> Json:
    put = {"TableName": _table(service), "Item": item, "ExpressionAttributeNames": {"#0": "version"}}
    if version is None:
        return {"Put": put | {"ConditionExpression": "attribute_not_exists (#0)"}}
    values = {":0": {"N": str(version)}}
    return {"Put": put | {"ConditionExpression": "#0 = :0", "ExpressionAttributeValues": values}}


def _write(*puts: Json) -> None:
    _dynamodb().transact_write_items(TransactItems=list(puts), ClientRequestToken=str(uuid.uuid4()))


def _shard(shard: str, limit: int) -> list[Json]:
    found = _dynamodb().query(
        TableName=_table("customers"),
        IndexName="by_registration",
        KeyConditionExpression="#0 = :0",
        FilterExpression="#1 IN (:1)",
        ExpressionAttributeNames={"#0": "shard", "#1": "kind"},
        ExpressionAttributeValues={":0": {"S": shard}, ":1": {"S": "profile"}},
        ScanIndexForward=False,
        Limit=limit,
    )
    items: list[Json] = found["Items"]
    return items


def _profile(item: Json) -> Json:
    registered_at = item.get("registered_at", {}).get("S")
    return {
        "id": item["pk"]["S"].removeprefix("CUSTOMER#"),
        "registered": registered_at is not None,
        "status": item["status"]["S"],
        "email_verified": item["email_verified"]["BOOL"],
        **{name: item.get(name, {}).get("S") for name in _PROFILE_FIELDS},
        "registered_at": registered_at,
        "source": item["source"]["S"],
        "version": int(item["version"]["N"]),
    }


def _authorize(event: Json) -> None:
    """Raises jwt's errors, and PermissionError for somebody who is not of support."""
    import jwt  # noqa: PLC0415  # as in Regulars: queues go without

    token = event["headers"]["Authorization"].removeprefix("Bearer ")
    key = _keys().get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token, key, algorithms=["RS256"], issuer=os.environ["STAFF_ISSUER"], options={"verify_aud": False}
    )
    if claims["client_id"] not in os.environ["STAFF_CLIENTS"] or "support" not in claims["cognito:groups"]:
        raise PermissionError


@cache
def _keys() -> Any:
    import jwt  # noqa: PLC0415

    return jwt.PyJWKClient(os.environ["STAFF_JWKS_URL"])


def _answer(body: Json, headers: Mapping[str, str]) -> Json:
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **headers},
        "body": json.dumps(body),
    }


def _key(pk: str, sk: str) -> Json:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _table(service: str) -> str:
    return f"regulars-{os.environ['STAGE']}-{service}"


@cache
def _dynamodb() -> Any:
    return boto3.client("dynamodb")
