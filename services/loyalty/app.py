"""Loyalty: its routes and triggers."""

from __future__ import annotations

import shared.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from typing import Any, Final

from chalice import Chalice
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from loyalty.access import ACCESS
from loyalty.table import Receipt
from shared.cause import Cause
from shared.http import Endpoints
from shared.inbox import receive
from shared.observability import observe
from shared.outbox import Relay

# Enough for the account in work, with all its tries, and the end of the run.
RESERVE_MILLISECONDS: Final = 20_000

app = Chalice(app_name="loyalty")
observe(app)
endpoint = Endpoints(app, receipts=Receipt)
# What a function does is imported when it first does it (docs/decisions/0014): no cold start pays for all of loyalty.
for capability, access in ACCESS.items():
    endpoint.defer(f"loyalty.{capability}.routes", access)


# The queue, the stream and their bounds come from the template; the decorators take placeholders.
@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:000000000000:inbox", name="inbox")
def inbox(event: SQSEvent) -> dict[str, Any]:
    """Hear a batch of events."""
    from loyalty.events import HEARS

    return receive(event.to_dict(), HEARS, event.context)


@app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s", name="relay")
def relay(event: DynamoDBEvent) -> dict[str, Any]:
    """Tell what the table's items carry."""
    from loyalty.events import TELLS
    from loyalty.settings import LoyaltySettings
    from loyalty.table import LoyaltyItem

    return Relay("loyalty", LoyaltyItem, TELLS, LoyaltySettings.read().bus_name).publish(event.to_dict())


@app.schedule("rate(1 hour)", name="expire")
def expire(event: CloudWatchEvent) -> dict[str, Any]:
    """Do what time does to accounts; hourly, so that what one run leaves is not left for a day."""
    from loyalty.jobs.usecases import advance_accounts

    context: Any = event.context
    cause = Cause("schedule:expire", context.aws_request_id)
    run = advance_accounts(cause, lambda: context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS)
    return {"advanced": run.advanced, "finished": run.finished}


@app.schedule("cron(30 1-23 * * ? *)", name="close")
def close(event: CloudWatchEvent) -> dict[str, Any]:
    """Close the books of each day that is over; hourly, so that what one run leaves is not left for a day."""
    from loyalty.liability.usecases import close_days

    context: Any = event.context
    run = close_days(lambda: context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS)
    return {"closed": run.closed, "finished": run.finished}
