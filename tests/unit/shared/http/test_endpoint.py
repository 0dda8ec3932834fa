"""What goes in, what comes out, and what happens when it is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from chalice import Chalice
from chalice.test import Client

from shared import ids
from shared.contract import MAX_BODY_BYTES
from shared.http.call import DoorSettings
from shared.roles import Role
from shared.runtime import settings
from tests.harness.tokens import bearer
from tests.unit.shared.http.shop import Answer, call


def staff(**headers: str) -> dict[str, str]:
    return bearer(Role.SUPPORT) | {name.replace("_", "-"): value for name, value in headers.items()}


def create(app: Chalice, body: Any, **headers: str) -> Answer:
    return call(app, "POST", "/api/customers", body=body, headers=staff(**headers))


def account(app: Chalice) -> str:
    customer_id: str = create(app, {"name": "Ada"}).json["id"]
    return customer_id


def test_a_view_is_answered_with_its_version_as_etag(app: Chalice, table: Any) -> None:
    answer = create(app, {"name": "Ada"})
    customer_id = answer.json["id"]
    assert answer.status == 201
    assert answer.json == {"id": customer_id, "version": 1, "name": "Ada", "points": 0}
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"/api/customers/{customer_id}"
    assert answer.headers["Content-Type"] == "application/json"
    assert call(app, "GET", f"/api/customers/{customer_id}", headers=staff()).json == answer.json


def test_every_answer_is_private_and_has_a_name(app: Chalice) -> None:
    for answer in (
        call(app, "GET", "/api/mine", request_id="r-7"),
        call(app, "GET", "/api/fail/bug", request_id="r-7"),
        call(app, "GET", "/unsubscribe/x", request_id="r-7"),
        call(app, "GET", "/api/customers", headers=staff(), request_id="r-7"),
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Request-Id"] == "r-7"


def test_a_script_of_an_allowed_origin_may_read_answers_and_errors(app: Chalice) -> None:
    for path in ("/api/mine", "/unsubscribe/x"):
        answer = call(app, "GET", path, headers={"Origin": "https://admin.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "https://admin.example"
        assert answer.headers["Vary"] == "Origin"
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    stranger = call(app, "GET", "/unsubscribe/x", headers={"Origin": "https://evil.example"})
    assert stranger.headers["Access-Control-Allow-Origin"] == "https://shop.example"


@pytest.mark.parametrize("origin", ["https://evil.example", None])
def test_where_no_origin_may_read_there_is_no_empty_header(
    app: Chalice, monkeypatch: pytest.MonkeyPatch, origin: str | None
) -> None:
    monkeypatch.setattr(settings, "_READ", {DoorSettings: DoorSettings(allowed_origins="")})
    answer = call(app, "GET", "/unsubscribe/x", headers={"Origin": origin} if origin else {})
    assert "Access-Control-Allow-Origin" not in answer.headers or answer.headers["Access-Control-Allow-Origin"]
    assert answer.headers["Vary"] == "Origin"


def test_no_browser_guesses_what_an_answer_is(app: Chalice) -> None:
    for path in ("/api/mine", "/api/fail/bug", "/unsubscribe/x"):
        assert call(app, "GET", path).headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_to_say_is_204(app: Chalice, table: Any) -> None:
    path = f"/api/customers/{account(app)}"
    assert call(app, "DELETE", path, headers=bearer(Role.ADMIN)).status == 204


def test_the_correlation_id_is_taken_over_when_it_is_sane(app: Chalice, table: Any) -> None:
    def named(**headers: str) -> Any:
        answer = call(app, "POST", "/api/segments", headers=staff(**headers), body={"points": 1}, request_id="r-1")
        return answer.json["name"]

    assert named() == "r-1"
    assert named(X_Correlation_Id="order-42_a") == "order-42_a"
    assert named(X_Correlation_Id="a b\nc") == "r-1"
    assert named(X_Correlation_Id="x" * 65) == "r-1"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "Ada", "nam": 1}, ["nam"]),
        ({"name": "Ada", "address": {"country": "CHE"}}, ["address.country"]),
        ({"name": "Ada", "address": {}, "born": "yesterday"}, ["born", "address.country"]),
        ({"name": "123"}, ["name"]),
        ([], ["body"]),
        (None, ["body"]),
    ],
)
def test_what_is_wrong_is_named_by_field(app: Chalice, body: Any, fields: list[str]) -> None:
    answer = create(app, body)
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["type"] == "/problems/invalid"
    assert answer.fields == fields


def test_no_value_that_was_sent_comes_back(app: Chalice) -> None:
    answer = create(
        app, {"name": "canary" * 20, "born": "canary", "address": {"country": "canary", "city": ["canary"]}}
    )
    assert answer.status == 422
    assert "canary" not in answer.text
    long_name = create(app, {"name": "Ada", "x" * 500: 1})
    assert len(long_name.fields[0]) == 100


def test_our_own_messages_are_said_plainly(app: Chalice) -> None:
    assert create(app, {"name": "123"}).json["errors"] == [{"field": "name", "message": "A name is not a number"}]
    assert create(app, {"name": "A", "x": 1}).json["errors"] == [{"field": "x", "message": "There is no such field"}]


@pytest.mark.parametrize(
    "text", ['{"name": "Ada", "name": "Eve"}', '{"name": "Ada", "address": {"country": "CH", "country": "GB"}}']
)
def test_a_field_that_is_there_twice_is_400(app: Chalice, text: str) -> None:
    answer = create(app, text)
    assert (answer.status, answer.json["type"]) == (400, "/problems/invalid-json")
    assert "Eve" not in answer.text


def test_a_number_too_long_for_python_is_refused_like_any_other(app: Chalice) -> None:
    assert create(app, f'{{"name": {"9" * 6000}}}').status == 400


@pytest.mark.parametrize("version", ['"\u0661"', '"1.0"', '"+1"', '"-1"', '" 1"', "1", '""', "*"])
def test_a_version_is_written_in_digits(app: Chalice, table: Any, version: str) -> None:
    path = f"/api/customers/{account(app)}"
    answer = call(app, "PATCH", path, body={"name": "Eve"}, headers=staff(If_Match=version))
    assert (answer.status, answer.fields) == (422, ["If-Match"])


@pytest.mark.parametrize("text", ['{"name":', "nope", '{"name": "\\ud800"}', "[" * 10_000])
def test_what_is_not_json_is_400(app: Chalice, text: str) -> None:
    answer = create(app, text)
    assert (answer.status, answer.json["type"]) == (400, "/problems/invalid-json")


def test_another_content_type_is_415(app: Chalice, table: Any) -> None:
    answer = create(app, {"name": "Ada"}, Content_Type="text/plain; canary")
    assert (answer.status, answer.json["type"]) == (415, "/problems/unsupported-media-type")
    assert "canary" not in answer.text
    assert create(app, {"name": "Ada"}, Content_Type="application/json; charset=utf-8").status == 201
    assert create(app, {"name": "Ada"}, Content_Type="application/merge-patch+json").status == 201


def test_a_body_too_large_is_413(app: Chalice) -> None:
    answer = create(app, {"name": "x" * MAX_BODY_BYTES})
    assert (answer.status, answer.json["type"]) == (413, "/problems/body-too-large")


def test_a_value_in_the_path_that_cannot_be_is_named(app: Chalice) -> None:
    answer = call(app, "GET", "/api/customers/canary", headers=staff())
    assert (answer.status, answer.fields) == (422, ["customer_id"])
    assert "canary" not in answer.text


def test_what_is_not_there_is_404(app: Chalice, table: Any) -> None:
    answer = call(app, "GET", f"/api/customers/{ids.new_customer_id()}", headers=staff())
    assert (answer.status, answer.json["title"]) == (404, "There is no such thing")


def test_an_unknown_query_parameter_is_an_error_but_not_on_a_page(app: Chalice) -> None:
    assert call(app, "GET", "/api/mine", headers=bearer(ids.new_customer_id()), query={"a": ["1"]}).fields == ["a"]
    assert call(app, "GET", "/api/customers", headers=staff(), query={"a": ["1"]}).fields == ["a"]
    assert call(app, "GET", "/unsubscribe/x", query={"utm_source": ["mail"]}).status == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": ["0"]}, "limit"),
        ({"limit": ["101"]}, "limit"),
        ({"limit": ["many"]}, "limit"),
        ({"limit": ["1_0"]}, "limit"),
        ({"limit": ["10.0"]}, "limit"),
        ({"limit": ["\u0661\u0660"]}, "limit"),
        ({"limit": ["1", "2"]}, "limit"),
        ({"colour": ["green"]}, "colour"),
    ],
)
def test_a_bad_query_is_named_by_field(app: Chalice, query: dict[str, list[str]], field: str) -> None:
    answer = call(app, "GET", "/api/customers", headers=staff(), query=query)
    assert (answer.status, answer.fields) == (422, [field])


@pytest.mark.parametrize(
    ("how", "status", "slug"),
    [("race", 409, "lost-race"), ("busy", 503, "unavailable"), ("gone", 410, "gone"), ("none", 404, "not-found")],
)
def test_errors_of_the_domain_become_problems(app: Chalice, how: str, status: int, slug: str) -> None:
    answer = call(app, "GET", f"/api/fail/{how}")
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{slug}")
    assert ("Retry-After" in answer.headers) == (how in {"race", "busy"})


def test_a_bug_is_logged_by_place_and_told_to_nobody(app: Chalice, caplog: pytest.LogCaptureFixture) -> None:
    answer = call(app, "GET", "/api/fail/bug", request_id="r-9")
    (record,) = caplog.records
    assert vars(record)["error"] == "Spoiled"
    assert vars(record)["at"][-1].startswith("shop.py:")
    assert (answer.status, answer.json["request_id"], vars(record)["request_id"]) == (500, "r-9", "r-9")
    assert "ada@example.com" not in answer.text + str(vars(record))
    assert "Spoiled" not in answer.text


def test_the_heavy_libraries_of_tokens_wait_until_there_is_a_token() -> None:
    code = "import sys, shared.http; sys.exit(any(name in sys.modules for name in ('jwt', 'cryptography', 'boto3')))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0  # noqa: S603


def test_a_change_must_name_the_version_that_it_changes(app: Chalice, table: Any) -> None:
    path = f"/api/customers/{account(app)}"

    def change(**headers: str) -> Answer:
        return call(app, "PATCH", path, body={"name": "Eve"}, headers=staff(**headers))

    assert change().status == 428
    assert change(If_Match="*").fields == ["If-Match"]
    assert change(If_Match="3").fields == ["If-Match"]
    assert change(If_Match='"3"').status == 412
    changed = change(If_Match='W/"1"')
    assert (changed.status, changed.headers["ETag"]) == (200, '"2"')
    assert change(If_Match='"1"').json["type"] == "/problems/precondition-failed"


def test_a_race_lost_at_the_write_is_412_too(app: Chalice, table: Any, hooks: list[Any]) -> None:
    path = f"/api/customers/{account(app)}"

    def change(name: str) -> Answer:
        return call(app, "PATCH", path, body={"name": name}, headers=staff(If_Match='"1"'))

    hooks.append(lambda: change("Eve"))
    assert change("Bob").status == 412
    assert call(app, "GET", path, headers=staff()).json["name"] == "Eve"


def test_a_patch_that_removes_what_is_needed_is_refused_by_field(app: Chalice, table: Any) -> None:
    path = f"/api/customers/{account(app)}"
    answer = call(app, "PATCH", path, body={"name": None}, headers=staff(If_Match='"1"'))
    assert (answer.status, answer.fields) == (422, ["name"])


def test_a_problem_carries_what_the_domain_adds(app: Chalice, table: Any) -> None:
    path = f"/api/customers/{account(app)}/points"
    answer = call(app, "POST", path, body={"points": -1}, headers=staff(Idempotency_Key="k"))
    assert answer.status == 409
    assert answer.json["balance"] == 0
    assert answer.json["type"] == "/problems/too-poor"


def test_a_page_for_people_runs_no_scripts(app: Chalice) -> None:
    answer = call(app, "GET", "/unsubscribe/a%20b")
    assert answer.text == "<p>3</p>"
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_picture_is_answered_as_it_stands_and_runs_nothing(app: Chalice) -> None:
    answer = call(app, "GET", "/api/square", headers=bearer(ids.new_customer_id()))
    assert answer.text == "<svg/>"
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert call(app, "GET", "/api/square", headers=bearer(ids.new_customer_id()), query={"a": ["b"]}).status == 422


def test_one_click_unsubscribe_sends_a_form(app: Chalice) -> None:
    form = "List-Unsubscribe=One-Click"

    def post(content_type: str) -> Answer:
        return call(app, "POST", "/unsubscribe/x", body=form, headers={"Content-Type": content_type})

    assert post("application/x-www-form-urlencoded").text == form
    assert post("multipart/form-data; boundary=x").text == form
    assert post("application/json").status == 415


def test_it_works_behind_chalices_own_client(app: Chalice, table: Any) -> None:
    with Client(app) as client:
        headers = staff(Content_Type="application/json")
        created = client.http.post("/api/customers", headers=headers, body=json.dumps({"name": "Ada"}).encode())
        listed = client.http.get("/api/customers?limit=2", headers=staff())
    assert (created.status_code, listed.status_code) == (201, 200)
    assert len(listed.json_body["data"]) == 2
