"""Makes the Lambda functions of a service from its contracts. `app.py` names them, and Chalice packages them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from typing import Any, Final, get_args, get_type_hints

from chalice import Chalice
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from shared.contract import Capability, ContractError, Schedule, capabilities
from shared.events.base import EventData
from shared.http.endpoints import Endpoints
from shared.messages.inbox import Listener, receive
from shared.messages.outbox import Relay
from shared.runtime.observability import observe
from shared.runtime.settings import Settings

# Chalice's decorators need names. The template has the real queue and stream, and their limits.
_QUEUE: Final = "arn:aws:sqs:us-east-1:000000000000:inbox"
_STREAM: Final = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s"


class Functions:
    """The functions of one service: `app` for HTTP, `inbox` to hear events, `relay` to tell them, `job` for a schedule.

    Each imports a capability's modules on first use (docs/decisions/0014).
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self.app = Chalice(app_name=service)
        self.endpoints = _endpoints(self.app, service)
        observe(self.app)
        self.inbox = self.app.on_sqs_message(queue_arn=_QUEUE, name="inbox")(_inbox(service))
        self.relay = self.app.on_dynamodb_record(stream_arn=_STREAM, name="relay")(_relay(service))

    def job(self, name: str) -> Callable[[Any, Any], Any]:
        """The function of the schedule with this name. Raises ContractError if no contract has the schedule."""
        for capability in capabilities(self.service):
            for schedule in capability.contract.schedules:
                if schedule.name == name:
                    job: Callable[[Any, Any], Any] = self.app.schedule(schedule.expression, name=name)(
                        _job(capability, schedule)
                    )
                    return job
        raise ContractError(f"no contract of {self.service} has the schedule {name}")


def listener(service: str, event: str) -> Listener | None:
    """The model of an event and its handler, or None if the service does not hear the event.

    Raises ContractError if the handler's parameter is not `Heard` of that event.
    """
    for capability in capabilities(service):
        if name := capability.contract.hears.get(event):
            handle = _handler(capability, name)
            (heard, *_) = (kind for parameter, kind in get_type_hints(handle).items() if parameter != "return")
            return _heard_model(event, heard, name), handle
    return None


def relay_of(service: str, bus_name: str) -> Relay:
    """The relay of a service's table to that bus, with the functions that build its events."""
    base = getattr(import_module(f"{service}.table"), f"{service.capitalize()}Item")
    builders = {
        event: getattr(import_module(capability.module("events")), snake_case(event))
        for capability in capabilities(service)
        for event in capability.contract.tells
    }
    return Relay(service, base, builders, bus_name)


def snake_case(event: str) -> str:
    """The name of the function that builds an event: `points_earned` for PointsEarned."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in event).lstrip("_")


def _endpoints(app: Chalice, service: str) -> Endpoints:
    endpoints = Endpoints(app, getattr(import_module(f"{service}.table"), "Receipt", None))
    for capability in capabilities(service):
        for route in capability.contract.routes:
            endpoints.add(route, route.roles_in(service), partial(_handler, capability, route.handler))
    return endpoints


def _handler(capability: Capability, name: str) -> Callable[..., Any]:
    """A function of the capability's handlers. Raises ContractError if there is none with that name."""
    module = import_module(capability.module("handlers"))
    handler: Callable[..., Any] | None = getattr(module, name, None)
    if handler is None:
        raise ContractError(f"{module.__name__} has no {name}, which its contract names")
    return handler


def _heard_model(event: str, heard: Any, name: str) -> type[EventData]:
    """The event's model in the parameter's annotation: `Heard[A]`, or `Heard[A] | Heard[B]`."""
    single = [heard] if _is_heard(heard) else get_args(heard)
    for model in (kind for each in single for kind in get_args(each)):
        if model.__name__ == event:
            found: type[EventData] = model
            return found
    raise ContractError(f"{name} does not take Heard[{event}], which its contract names it for")


def _is_heard(kind: Any) -> bool:
    return any(isinstance(argument, type) and issubclass(argument, EventData) for argument in get_args(kind))


# Chalice takes a function's name in the template from `__name__`. It must be the name in app.py.
def _inbox(service: str) -> Callable[[SQSEvent], dict[str, Any]]:
    find = cache(partial(listener, service))

    def inbox(event: SQSEvent) -> dict[str, Any]:
        return receive(event.to_dict(), find, event.context)

    return inbox


def _relay(service: str) -> Callable[[DynamoDBEvent], dict[str, Any]]:
    make = cache(partial(relay_of, service))

    def relay(event: DynamoDBEvent) -> dict[str, Any]:
        return make(Settings.read().bus_name).publish(event.to_dict())

    return relay


def _job(capability: Capability, schedule: Schedule) -> Callable[[CloudWatchEvent], Any]:
    def job(event: CloudWatchEvent) -> Any:
        return _handler(capability, schedule.handler)(event.context)

    job.__name__ = schedule.name
    return job
