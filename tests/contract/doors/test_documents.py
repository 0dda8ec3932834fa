"""What the OpenAPI documents say of ids, numbers of cards, headers and decimals: always the form of the text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DOCUMENTS = sorted((Path(__file__).parents[3] / "docs/api").glob("*.json"))
FORMS = {"pattern", "enum", "const", "format"}
# A token of any form gets a page, and none is refused. Product ids are text of the shop, of limited length.
ANY_TEXT = {"token", "product_id"}
NAMES = ("id", "number")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_ids_and_headers_have_a_form(path: Path) -> None:
    document = json.loads(path.read_text())
    found = [*_headers(document), *_parameters(document), *_fields(document)]
    assert {"X-Request-Id", "customer_id"} <= {name for name, _ in found}
    assert [name for name, schema in found if _formless(schema) and name not in ANY_TEXT] == []


def _headers(document: Any) -> Iterator[tuple[str, Any]]:
    for operation in _operations(document):
        for answer in operation["responses"].values():
            yield from ((name, header["schema"]) for name, header in answer.get("headers", {}).items())


def _parameters(document: Any) -> Iterator[tuple[str, Any]]:
    for operation in _operations(document):
        for each in operation.get("parameters", ()):
            if each["in"] in {"path", "header"}:
                yield each["name"], each["schema"]


def _fields(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, list):
        for part in node:
            yield from _fields(part)
    if isinstance(node, dict):
        for name, schema in node.get("properties", {}).items():
            if name in NAMES or name.endswith("_id"):
                yield name, schema
        for part in node.values():
            yield from _fields(part)


def _operations(document: Any) -> Iterator[Any]:
    return (each for path in document["paths"].values() for each in path.values() if "responses" in each)


def _formless(schema: Any) -> bool:
    kinds = schema.get("anyOf", [schema])
    return any(kind.get("type") == "string" and not FORMS & set(kind) for kind in kinds)
