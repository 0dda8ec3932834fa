"""Whether an answer is one of those that the document promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator

from tests.harness.aws.gateway import Answer

PROBLEM: Final = "application/problem+json"
_FIRST_FAULT_OF_OURS: Final = 500
_UNAVAILABLE: Final = 503

Json = Mapping[str, Any]


def complaint(document: Json, operation: Json, answer: Answer) -> str | None:
    """What is wrong with an answer to an operation of a document; None for a promised one."""
    if answer.status >= _FIRST_FAULT_OF_OURS and answer.status != _UNAVAILABLE:
        return "a fault of ours"
    promised = operation["responses"].get(str(answer.status))
    if promised is None:
        return f"status {answer.status} is not documented"
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    content = promised.get("content", {})
    if (answer.text or answer.content) and media_type not in content:
        return f"{media_type} is not documented"
    if media_type == PROBLEM and answer.json["type"] not in promised["x-problems"]:
        return f"{answer.json['type']} is not documented"
    return _misfit(document, content.get(media_type, {}).get("schema"), answer) if answer.text else None


def _misfit(document: Json, schema: Json | None, answer: Answer) -> str | None:
    """Where a body of JSON is not as its schema says."""
    if schema is None or "json" not in answer.headers["Content-Type"]:
        return None
    validator = Draft202012Validator({**schema, "components": document["components"]})
    faults = [f"{fault.json_path}: {fault.message[:200]}" for fault in validator.iter_errors(answer.json)]
    return "; ".join(faults[:3]) or None
