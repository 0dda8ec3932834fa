"""A service of one table and a few routes: what the HTTP door is tested with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, Final, Literal

from chalice import Chalice
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pynamodb.attributes import DiscriminatorAttribute, NumberAttribute, UnicodeAttribute

from shared import ids
from shared.contract import Idempotency, Route
from shared.errors import ConflictError, GoneError, NotFoundError
from shared.http import (
    Endpoints,
    Html,
    Page,
    PageQuery,
    ReceiptMixin,
    Reply,
    Request,
    Svg,
    apply_merge_patch,
    checked,
)
from shared.ids import CustomerId
from shared.items.table import BusyError, Item, LostRaceError, Put, TableMeta, commit, find
from shared.roles import Role

TABLE: Final = "regulars-test-shop"


class ShopItem(Item):
    kind = DiscriminatorAttribute()

    class Meta(TableMeta):
        table_name = TABLE


class Account(ShopItem, discriminator="account"):
    name = UnicodeAttribute()
    points = NumberAttribute(default=0)


class Receipt(ShopItem, ReceiptMixin, discriminator="receipt"):
    pass


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Address(Strict):
    country: Annotated[str, Field(min_length=2, max_length=2)]
    city: str | None = None


class NewAccount(Strict):
    """A new account."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Ada"}]})

    name: Annotated[str, Field(min_length=1, max_length=40)]
    born: date | None = None
    address: Address | None = None

    @field_validator("name")
    @classmethod
    def _not_a_number(cls, value: str) -> str:
        if value.isdigit():
            raise ValueError("A name is not a number")
        return value


class AccountPatch(Strict):
    name: str | None = None
    address: Address | None = None


class Points(Strict):
    points: int


class AccountView(BaseModel):
    id: str
    version: int
    name: str
    points: int = 0


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class AccountQuery(PageQuery):
    colour: Colour | None = None
    tag: Annotated[list[str], Field(default_factory=list)]


class TooPoorError(ConflictError):
    slug = "too-poor"
    title = "Not enough points"


STAFF: Final = frozenset({Role.ADMIN, Role.SUPPORT})
ONE: Final = "/api/customers/{customer_id}"
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
ANYONE: Final = frozenset({Role.PUBLIC})
CUSTOMER: Final = frozenset({Role.CUSTOMER})
ROUTES: Final = (
    Route(
        "POST",
        "/api/customers",
        "create_account",
        STAFF | {Role.STOREFRONT},
        status=201,
        idempotency=Idempotency.ACCEPTED,
    ),
    Route("GET", "/api/customers", "list_accounts", STAFF),
    Route("GET", ONE, "read_account", STAFF | {Role.SELF}),
    Route("PATCH", ONE, "change_account", STAFF, if_match=True),
    Route("DELETE", ONE, "remove_account", frozenset({Role.ADMIN})),
    Route(
        "POST",
        f"{ONE}/points",
        "adjust_points",
        STAFF,
        status=201,
        idempotency=Idempotency.REQUIRED,
        problems=("too-poor",),
    ),
    Route("GET", "/api/mine", "read_mine", CUSTOMER),
    Route("GET", "/api/square", "draw_square", CUSTOMER),
    Route("POST", "/api/segments", "make_segment", STAFF, idempotency=Idempotency.ACCEPTED),
    Route("GET", "/api/fail/{how}", "fail", ANYONE),
    Route("GET", "/unsubscribe/{token}", "show_unsubscribe", ANYONE),
    Route("POST", "/unsubscribe/{token}", "unsubscribe", ANYONE, content_types=FORMS),
)


class Spoiled(Exception):  # noqa: N818
    pass


def make_app(before_commit: list[Any] | None = None) -> tuple[Chalice, Endpoints]:  # noqa: C901  # a list of routes
    """A fresh app. A function in `before_commit` runs once, just before the next write: another request in between."""
    app = Chalice(app_name="shop")
    hooks = before_commit if before_commit is not None else []

    def write(*puts: Put | None) -> None:
        if hooks:
            hooks.pop()()
        commit(*puts)

    def create_account(request: Request, body: NewAccount) -> Reply[AccountView]:
        """Create an account.

        Its points are zero.
        """
        customer_id = ids.new_customer_id()
        account = Account(f"CUSTOMER#{customer_id}", "ACCOUNT", name=body.name)
        view = AccountView(id=customer_id, version=1, name=body.name)
        headers = {"Location": f"/api/customers/{customer_id}"}
        kept = request.attempt.receipts_of(customer_id, view, headers=headers) if request.attempt else ()
        write(Put(account), *kept)
        return Reply(view, headers=headers)

    def list_accounts(request: Request, query: AccountQuery) -> Page[AccountView]:
        after = request.position(query, int) or 0
        views = [AccountView(id=str(n), version=1, name=f"n{n}") for n in range(after + 1, after + 1 + query.limit)]
        last = after + query.limit
        return Page.of(views, last if last < 5 else None)

    def read_account(request: Request, customer_id: CustomerId) -> AccountView:
        return _view(_account(customer_id))

    def change_account(request: Request, customer_id: CustomerId, body: AccountPatch) -> AccountView:
        account = _account(customer_id)
        if account.version != request.if_match:
            raise LostRaceError
        current = NewAccount(name=account.name, address=Address(country="CH", city="Bern"))
        account.name = checked(NewAccount, apply_merge_patch(current, body)).name
        write(Put(account))
        return _view(account)

    def remove_account(request: Request, customer_id: CustomerId) -> None:
        _account(customer_id).delete()

    def adjust_points(request: Request, customer_id: CustomerId, body: Points) -> AccountView:
        account = _account(customer_id)
        if account.points + body.points < 0:
            raise TooPoorError("The balance is too low.", extensions={"balance": account.points})
        account.points += body.points
        view = AccountView(id=customer_id, version=account.version + 1, name=account.name, points=int(account.points))
        write(Put(account), request.attempt and request.attempt.receipt(view))
        return view

    def read_mine(request: Request) -> AccountView:
        return AccountView(id=request.principal.customer_id or "", version=1, name=request.cause.actor)

    def make_segment(request: Request, body: Points) -> AccountView:
        view = AccountView(id="seg", version=1, name=request.cause.correlation_id, points=body.points)
        write(Put(Account("SEGMENT", ids.new_event_id(), name="s")), request.attempt and request.attempt.receipt(view))
        return view

    def fail(request: Request, how: Literal["bug", "race", "busy", "gone", "none"]) -> None:
        errors: dict[str, Exception] = {
            "bug": Spoiled("ada@example.com"),
            "race": LostRaceError(),
            "busy": BusyError(),
            "gone": GoneError("Merged away."),
            "none": NotFoundError(),
        }
        raise errors[how]

    def draw_square(request: Request) -> Svg:
        return Svg("<svg/>")

    def show_unsubscribe(request: Request, token: str) -> Html:
        return Html(f"<p>{len(token)}</p>")

    def unsubscribe(request: Request, token: str, body: bytes) -> Html:
        return Html(body.decode())

    handlers = locals()
    endpoints = Endpoints(app, receipts=Receipt)
    for route in ROUTES:
        endpoints.add(route, route.roles, partial(handlers.__getitem__, route.handler))
    return app, endpoints


def _account(customer_id: str) -> Account:
    account = find(Account, f"CUSTOMER#{customer_id}", "ACCOUNT")
    if account is None:
        raise NotFoundError
    return account


def _view(account: Account) -> AccountView:
    return AccountView(
        id=account.pk.removeprefix("CUSTOMER#"), version=account.version, name=account.name, points=int(account.points)
    )


class Answer:
    """What API Gateway would send."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.status: int = raw["statusCode"]
        self.headers: dict[str, str] = raw["headers"]
        self.text: str = raw["body"]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def fields(self) -> list[str]:
        return [error["field"] for error in self.json["errors"]]


def call(
    app: Chalice,
    method: str,
    path: str,
    *,
    body: Any = None,
    headers: dict[str, str] | None = None,
    query: dict[str, list[str]] | None = None,
    request_id: str = "req-1",
) -> Answer:
    """Call the app as API Gateway does, with an event."""
    resource, values = _match(app, path)
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    event = {
        "requestContext": {"httpMethod": method, "resourcePath": resource, "requestId": request_id},
        "multiValueQueryStringParameters": query,
        "headers": headers or {},
        "pathParameters": values,
        "stageVariables": None,
        "body": text,
        "isBase64Encoded": False,
    }
    return Answer(app(event, None))


def _match(app: Chalice, path: str) -> tuple[str, dict[str, str]]:
    given = path.split("/")
    for resource in app.routes:
        parts = resource.split("/")
        if len(parts) == len(given) and all(a == b or a.startswith("{") for a, b in zip(parts, given, strict=True)):
            return resource, dict(_values(parts, given))
    raise LookupError(path)


def _values(parts: list[str], given: list[str]) -> Iterator[tuple[str, str]]:
    return ((a[1:-1], b) for a, b in zip(parts, given, strict=True) if a.startswith("{"))
