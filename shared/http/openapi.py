"""The OpenAPI 3.1 document of a service, made from its routes: it documents exactly the enforced annotations."""

from __future__ import annotations

import http
import re
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema

from shared.contract import Idempotency
from shared.errors import (
    BadRequestError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    PreconditionFailedError,
    PreconditionRequiredError,
    ProblemError,
    UnauthorizedError,
    UnavailableError,
)
from shared.http.inputs import ETAG, adapter
from shared.http.problems import InvalidJsonError, LostRaceProblemError, TooLargeError, UnsupportedMediaTypeError
from shared.http.receipts import KEY, KeyRequiredError, KeyReusedError
from shared.http.replies import NEXT_CURSOR, Csv, File, Html, Text
from shared.model import DECIMAL
from shared.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_core.core_schema import DecimalSchema

    from shared.http.endpoint import Endpoint

    ModelKey = tuple[Any, Literal["validation", "serialization"]]

Json = dict[str, Any]

# API Gateway's ids, and those of the emulators.
_REQUEST_ID: Final = "^[A-Za-z0-9_-]{1,64}$"
_REF: Final = "#/components/schemas/{model}"
_PROBLEM: Final[Json] = {
    "type": "object",
    "description": "RFC 9457. `type` is stable; switch on it, not on the words.",
    "required": ["type", "title", "status", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/invalid"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "pattern": _REQUEST_ID, "description": "The answer's X-Request-Id."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "examples": ["address.country"]},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
_SECURITY: Final[Json] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the staff pool (a group is a role), of the customers pool, "
        "or of a machine with the scope regulars/storefront.",
    }
}
_RESPONSE_HEADERS: Final[Json] = {
    "X-Request-Id": {
        "schema": {"type": "string", "pattern": _REQUEST_ID},
        "description": "Names this request in logs; quote it when asking.",
    },
}
_ETAG: Final[Json] = {
    "ETag": {"schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'}, "description": "The version, for If-Match."}
}
_REPLAYED: Final[Json] = {
    "Idempotent-Replayed": {"schema": {"const": "true"}, "description": "Sent when this is an earlier answer again."}
}
_CURSOR: Final[Json] = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
_NEXT: Final[Json] = {
    NEXT_CURSOR: {"schema": _CURSOR, "description": "`cursor` of the next page. The last page has none."}
}


class _Schemas(GenerateJsonSchema):
    """Pydantic's own, with the form in which a decimal is written as text."""

    def decimal_schema(self, schema: DecimalSchema) -> JsonSchemaValue:
        found = super().decimal_schema(schema)
        for form in found.get("anyOf", [found]):
            if form["type"] == "string":
                form["pattern"] = f"^{DECIMAL}$"
        return found


def openapi(service: str, endpoints: Sequence[Endpoint], *, about: str = "", version: str = "1") -> Json:
    """The OpenAPI 3.1 document of a service's endpoints."""
    schemas, definitions = models_json_schema(
        list(dict.fromkeys(_models(endpoints))), ref_template=_REF, schema_generator=_Schemas
    )
    components = {"Problem": _PROBLEM} | dict(definitions.get("$defs", {}))
    paths: dict[str, Json] = {}
    for endpoint in endpoints:
        route = endpoint.route
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Regulars {service}", "version": version, "description": about},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


def _models(endpoints: Sequence[Endpoint]) -> Iterator[ModelKey]:
    for endpoint in endpoints:
        if _is_model(endpoint.body):
            yield endpoint.body, "validation"
        for view in endpoint.views.values():
            if _is_model(view):
                yield view, "serialization"


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _operation(endpoint: Endpoint, schemas: Mapping[ModelKey, Json]) -> Json:
    summary, _, description = (endpoint.handler.__doc__ or _words(endpoint.handler.__name__)).strip().partition("\n")
    operation: Json = {
        "operationId": endpoint.handler.__name__,
        "summary": summary.strip().rstrip("."),
        "description": "\n\n".join(filter(None, [_dedented(description), _who(endpoint)])),
        "x-roles": sorted(endpoint.roles),
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint), *_header_parameters(endpoint)],
        "responses": _responses(endpoint, schemas),
    }
    if endpoint.roles != {Role.PUBLIC}:
        operation["security"] = [{"token": []}, *([{}] if Role.PUBLIC in endpoint.roles else [])]
    if endpoint.body is not None:
        operation["requestBody"] = _request_body(endpoint, schemas)
    return operation


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _dedented(text: str) -> str:
    return re.sub(r"\n[ \t]+", "\n", text).strip()


def _who(endpoint: Endpoint) -> str:
    if endpoint.roles == {Role.PUBLIC}:
        return "Needs no token."
    names = {Role.SELF: "the customer themselves", Role.CUSTOMER: "any customer", Role.PUBLIC: "anyone"}
    return f"For: {', '.join(names.get(role, role.value) for role in sorted(endpoint.roles))}."


def _path_parameters(endpoint: Endpoint) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": adapter(kind).json_schema(schema_generator=_Schemas)}
        for name, kind in endpoint.path_kinds.items()
    ]


def _query_parameters(endpoint: Endpoint) -> list[Json]:
    if endpoint.query is None:
        return []
    schema = endpoint.query.model_json_schema(ref_template=_REF, schema_generator=_Schemas)
    required, definitions = schema.get("required", []), schema.get("$defs", {})
    return [
        _parameter(name, _inlined(each, definitions), required=name in required)
        for name, each in schema.get("properties", {}).items()
    ]


def _parameter(name: str, schema: Json, *, required: bool) -> Json:
    about = {"description": schema.pop("description")} if "description" in schema else {}
    return {"name": name, "in": "query", "required": required, "schema": schema, **about}


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """The schema with its references replaced by their definitions, because a parameter's enums are no components."""
    if isinstance(schema, list):
        return [_inlined(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        named = definitions[schema["$ref"].rpartition("/")[2]]
        return _inlined(named, definitions) | {key: value for key, value in schema.items() if key != "$ref"}
    return {key: _inlined(value, definitions) for key, value in schema.items()}


def _header_parameters(endpoint: Endpoint) -> list[Json]:
    parameters = []
    if endpoint.route.if_match:
        parameters.append(_header("If-Match", "The ETag that you read.", ETAG, required=True))
    if endpoint.route.idempotency is not Idempotency.NONE:
        about = "Your own name for this request: sent again with the same body, it gets the first answer again."
        parameters.append(_header("Idempotency-Key", about, KEY, required=endpoint.route.idempotency.is_required))
    return parameters


def _header(name: str, about: str, pattern: str, *, required: bool) -> Json:
    schema = {"type": "string", "pattern": f"^{pattern}$"}
    return {"name": name, "in": "header", "required": required, "description": about, "schema": schema}


def _request_body(endpoint: Endpoint, schemas: Mapping[ModelKey, Json]) -> Json:
    if _is_model(endpoint.body):
        return {"required": True, "content": {"application/json": {"schema": schemas[endpoint.body, "validation"]}}}
    if endpoint.body is bytes:
        return {"content": {kind: {} for kind in endpoint.route.content_types or ("*/*",)}}
    return {"required": True, "content": {"application/json": {"schema": adapter(endpoint.body).json_schema()}}}


def _responses(endpoint: Endpoint, schemas: Mapping[ModelKey, Json]) -> Json:
    responses = {str(status): _success(endpoint, status, view, schemas) for status, view in endpoint.views.items()}
    for problem in _problems(endpoint):
        responses.setdefault(str(problem.status), _problem_response(problem.status))
        if endpoint.is_page and problem is NotFoundError:
            responses[str(problem.status)]["content"] = _text_of(Html)
            continue
        responses[str(problem.status)]["x-problems"] = sorted(
            {*responses[str(problem.status)].get("x-problems", []), f"/problems/{problem.slug}"}
        )
    return {**dict(sorted(responses.items())), "default": _problem_response(None)}


def _success(endpoint: Endpoint, status: int, view: Any, schemas: Mapping[ModelKey, Json]) -> Json:
    headers = dict(_RESPONSE_HEADERS)
    if _is_model(view) and "version" in view.model_fields:
        headers |= _ETAG
    if endpoint.route.idempotency is not Idempotency.NONE:
        headers |= _REPLAYED
    if view is Csv and endpoint.query and "cursor" in endpoint.query.model_fields:
        headers |= _NEXT
    response: Json = {"description": http.HTTPStatus(status).phrase, "headers": headers}
    if isinstance(view, type) and issubclass(view, Text | File):
        response["content"] = _text_of(view) if issubclass(view, Text) else {view.media_type: {}}
    elif _is_model(view):
        response["content"] = {"application/json": {"schema": schemas[view, "serialization"]}}
    return response


def _text_of(view: type[Text]) -> Json:
    return {view.media_type: {"schema": {"type": "string"}}}


def _problem_response(status: int | None) -> Json:
    return {
        "description": http.HTTPStatus(status).phrase if status else "Any other problem",
        "content": {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}},
    }


def _problems(endpoint: Endpoint) -> Iterator[type[ProblemError]]:
    """Every problem that follows from how the route is declared, and those that it declares."""
    if Role.PUBLIC not in endpoint.roles:
        yield from (UnauthorizedError, ForbiddenError)
    if endpoint.path_kinds:
        yield NotFoundError
    if not endpoint.is_page:
        yield InvalidError  # every route but a page refuses unknown parameters
    yield from _problems_of_the_body(endpoint)
    yield from _problems_of_the_headers(endpoint)
    if endpoint.route.changes and not endpoint.route.if_match:
        yield LostRaceProblemError
    yield UnavailableError
    yield from endpoint.problems


def _problems_of_the_body(endpoint: Endpoint) -> Iterator[type[ProblemError]]:
    if endpoint.body is not None:
        yield from (TooLargeError, UnsupportedMediaTypeError)
    if endpoint.body not in (None, bytes):
        yield InvalidJsonError


def _problems_of_the_headers(endpoint: Endpoint) -> Iterator[type[ProblemError]]:
    if endpoint.route.if_match:
        yield from (PreconditionRequiredError, PreconditionFailedError)
    if endpoint.route.idempotency is not Idempotency.NONE:
        yield from (KeyReusedError, BadRequestError, ConflictError)
    if endpoint.route.idempotency.has_receipts:
        yield GoneError
    if endpoint.route.idempotency.is_required:
        yield KeyRequiredError
