"""A short run of `make fuzz`: four requests to each operation."""

from __future__ import annotations

from tests.fuzz.judging import complaint
from tests.fuzz.run import fuzz, targets
from tests.harness.aws.gateway import Answer


def test_every_answer_is_one_that_the_documents_promise() -> None:
    found = fuzz(300)

    assert not found.complaints, "\n\n".join(found.complaints)
    assert found.statuses.total() >= 200
    assert found.statuses.keys() & {200, 201}


def test_an_answer_that_is_not_promised_is_seen() -> None:
    (target,) = (each for each in targets() if each.operation.label == "GET /api/segments")

    def wrong(status: int, text: str, media_type: str = "application/json") -> str | None:
        return complaint(target.document, target.definition, Answer(status, {"Content-Type": media_type}, text))

    problem = '{"type": "/problems/%s", "title": "x", "status": %d, "request_id": "r"}'
    assert wrong(200, '{"data": [], "next_cursor": null}') is None
    assert wrong(200, '{"data": [{}], "next_cursor": null}')
    assert wrong(200, "<p>", "text/html")
    assert wrong(201, "{}")
    assert wrong(500, problem % ("internal-error", 500), "application/problem+json")
    assert wrong(422, problem % ("invalid", 422), "application/problem+json") is None
    assert wrong(422, problem % ("something-else", 422), "application/problem+json")
