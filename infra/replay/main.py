"""The replay from the first registration to the receipt of an erasure."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.console import console
from infra.local.stage import LocalStage
from infra.replay import checks, orders, people, progress, report
from infra.replay.checks import Sent
from infra.replay.people import Person
from infra.replay.progress import Goal
from infra.replay.sample import USD, Currency, Purchase, read_purchases
from infra.replay.storefront import Storefront
from infra.replay.tables import Tables

# Seconds. An erasure passes through every service and back. On a busy machine a function may time out, and its messages
# come again after three minutes.
_ERASURE_PATIENCE: Final = 300
# Each verification is one call, and the local cloud answers about ten calls a second.
_VERIFIED: Final = 20


class MismatchError(Exception):
    """The platform's figures differ from the file's, or work is left over. The printed tables show the difference."""


def replay(
    stage: LocalStage,
    storefront: Storefront,
    customers: int | None,
    preset: str = "classic",
    currency: Currency = USD,
) -> None:
    """Send the sample's purchases through a fresh stage, compare its figures with the file, and erase one customer.

    `customers` is the number of the sample's buyers, at least 1, None for all. `preset` and `currency` are those that
    are deployed. Raises
    MismatchError when a check does not hold, and StuckError when a service does not settle. Raises NotTakenError when
    the bus refuses an event, and RefusedError when the platform refuses a call.
    """
    today = datetime.now(UTC).date()
    purchases = read_purchases(customers, today, currency)
    tables = Tables(_client(stage, "dynamodb"), stage.deployment.stage)
    with _bars() as bars:
        buyers = _register(storefront, purchases, bars)
        sent = Sent(purchases, buyers, preset, today, currency)
        progress.await_members(tables, sent.registered, sent.style.sign_up)
        seconds = _order(stage, tables, sent, bars)
    _expire(stage, tables)
    _report(stage, storefront, tables, sent, seconds)
    _erase(storefront, next(person for person in buyers.values() if person.customer_id))


def _bars() -> Progress:
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _register(storefront: Storefront, purchases: list[Purchase], bars: Progress) -> dict[str, Person]:
    """All buyers. Four in five are registered over HTTP."""
    buyers = sorted({purchase.buyer for purchase in purchases})
    bar = bars.add_task("Customers registered over HTTP", total=people.how_many_register(len(buyers)))
    return people.register(storefront, buyers, lambda: bars.advance(bar))


def _order(stage: LocalStage, tables: Tables, what: Sent, bars: Progress) -> float:
    """Send all orders, and wait until every service has settled them. Returns the seconds that it took."""
    goal = _goal(what)
    sent = bars.add_task("Orders sent to the bus", total=len(what.purchases))
    shown = {service: bars.add_task(_described(service), total=total) for service, total in goal.of.items()}
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        bus = _client(stage, "events")
        name = f"regulars-{stage.deployment.stage}"
        args = (bus, name, what.purchases, what.people)
        sending = pool.submit(orders.send, *args, lambda count: bars.advance(sent, count))

        def show(settled: dict[str, int]) -> None:
            for service, count in settled.items():
                bars.update(shown[service], completed=count)
            if sending.done():
                sending.result()  # raises the sender's error here

        progress.await_settled(tables, goal, show)
    return time.monotonic() - began


def _goal(sent: Sent) -> Goal:
    earning = sum(purchase.amount > 0 for purchase in sent.purchases)
    money = sum(purchase.amount for purchase in sent.purchases)
    return Goal(len(sent.purchases), money, earning, sent.registered)


def _described(service: str) -> str:
    what = {
        "notifications": "welcomes decided",
        "privacy": "consents logged",
        progress.SEGMENTS_MONEY: "paid",
    }.get(service, "orders settled")
    return f"{service}: {what}"


def _expire(stage: LocalStage, tables: Tables) -> None:
    """Run the expiry job, and run it again while due accounts are left."""
    function = _function(stage, "loyalty", "Expire")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")
    while due := tables.count("loyalty", "kind = :kind AND due_at <= :now", kind="account", now=now):
        console.print(f"Expiring points of {due:,} accounts …")
        answer = _client(stage, "lambda").invoke(FunctionName=function, Payload=json.dumps(_scheduled()))
        if "FunctionError" in answer:
            raise MismatchError(f"The expiry job failed: {answer['Payload'].read().decode()}")


def _scheduled() -> dict[str, Any]:
    """The event that a schedule sends to a function."""
    return {
        "version": "0",
        "id": "replay",
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "account": "000000000000",
        "time": datetime.now(UTC).isoformat(),
        "region": "us-east-1",
        "resources": [],
        "detail": {},
    }


def _function(stage: LocalStage, service: str, logical_id: str) -> str:
    name = stage.deployment.stack(service)
    described = _client(stage, "cloudformation").describe_stack_resource(StackName=name, LogicalResourceId=logical_id)
    function: str = described["StackResourceDetail"]["PhysicalResourceId"]
    return function


def _report(stage: LocalStage, storefront: Storefront, tables: Tables, sent: Sent, seconds: float) -> None:
    """Print the figures and the checks. Raises MismatchError when a check does not hold or there are dead letters."""
    stored = report.read_stored(tables)
    name = stage.deployment.stage
    delivered = report.count_delivered(_client(stage, "logs"), name)
    dead = report.count_dead_letters(_client(stage, "sqs"), name)
    console.print(report.figures_table(tables, stored, report.Figures(delivered, dead, seconds, sent.currency)))
    held = checks.check(sent, stored)
    held.append(_verify(storefront, sent))
    console.print(report.checks_table(held))
    if dead or not all(one.holds for one in held):
        raise MismatchError("The platform's figures differ from the file's, or there are dead letters.")


def _verify(storefront: Storefront, sent: Sent) -> checks.Check:
    """Let the platform compute the chain and the sums of some ledgers again, from their first entries on."""
    ids = [person.customer_id for person in sent.people.values() if person.customer_id][:_VERIFIED]
    found = [storefront.get(f"/api/customers/{customer_id}/points/verification", "support") for customer_id in ids]
    return checks.Check(f"{len(ids)} ledgers verified", len(ids), sum(one["holds"] for one in found))


def _erase(storefront: Storefront, person: Person) -> None:
    """Erase one customer as compliance would, and print the receipt."""
    body = {"kind": "erase", "customer_id": person.customer_id}
    request = storefront.post("/api/privacy/requests", "compliance", body, key=f"erase-{person.customer_id}")
    storefront.post(f"/api/privacy/requests/{request['id']}/approve", "compliance")
    deadline = time.monotonic() + _ERASURE_PATIENCE
    while request["status"] != "completed":
        if time.monotonic() > deadline:
            raise MismatchError(f"The erasure still waits for {', '.join(request['waiting_for']) or 'privacy itself'}.")
        time.sleep(0.5)
        request = storefront.get(f"/api/privacy/requests/{request['id']}", "compliance")
    console.print(report.receipt_table(request))


def _client(stage: LocalStage, service: str) -> Any:
    where = stage.deployment
    return where.session.client(service, region_name=where.region, endpoint_url=where.endpoint)  # type: ignore[call-overload]
