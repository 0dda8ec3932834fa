"""What only a deployed stage can show: queues that give a message up, a front that finds them."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from infra.bundle import ROOT
from infra.generate.front import front_template
from infra.local.stage import LocalStage
from infra.redrive import move
from infra.tokens import token

PATIENCE = 60


def client(stage: LocalStage, service: str) -> Any:
    return stage.deployment.session.client(service, endpoint_url=stage.cloud.endpoint)  # type: ignore[call-overload]


def eventually(fact: Callable[[], bool]) -> bool:
    """Whether something becomes true within the time that a busy machine may take."""
    deadline = time.monotonic() + PATIENCE
    while not (true := fact()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return true


def waiting(stage: LocalStage, url: str) -> int:
    """Messages in a queue, those being handled too."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = client(stage, "sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


def tell(stage: LocalStage, detail_type: str, detail: dict[str, Any]) -> None:
    entry = {"EventBusName": f"regulars-{stage.deployment.stage}", "Source": "orders", "DetailType": detail_type}
    answer = client(stage, "events").put_events(Entries=[{**entry, "Detail": json.dumps(detail)}])
    assert answer["FailedEntryCount"] == 0


def test_a_poison_event_ends_in_the_dead_letter_queue_and_comes_back_by_a_redrive(stage: LocalStage) -> None:
    inbox, dead = stage.outputs["customers"]["QueueUrl"], stage.outputs["customers"]["DeadUrl"]
    sqs = client(stage, "sqs")
    visible = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=inbox, Attributes={"VisibilityTimeout": "1"})
    try:
        tell(stage, "OrderPlaced", {"nonsense": True})
        assert eventually(lambda: waiting(stage, dead) == 1)
        assert waiting(stage, inbox) == 0
        assert move(sqs, dead, inbox) == 1
        assert waiting(stage, inbox) + waiting(stage, dead) == 1
        assert eventually(lambda: waiting(stage, dead) == 1)
    finally:
        sqs.purge_queue(QueueUrl=dead)
        sqs.set_queue_attributes(QueueUrl=inbox, Attributes=visible)


def test_the_front_passes_each_path_and_the_authorization_to_the_service_it_belongs_to(stage: LocalStage) -> None:
    host = urlsplit(stage.outputs["front"]["BaseUrl"]).netloc
    bearer = {"Authorization": f"Bearer {token(stage.deployment, 'support')}"}
    assert ask(stage.cloud.endpoint, host, "/api/customers", {}) == 401
    assert ask(stage.cloud.endpoint, host, "/api/customers", bearer) == 200
    assert ask(stage.cloud.endpoint, host, "/api/segments", bearer) == 200
    assert ask(stage.base_url, urlsplit(stage.base_url).netloc, "/api/segments", bearer) == 200


def ask(url: str, host: str, path: str, headers: dict[str, str]) -> int:
    """The status of a GET, sent to an address under another name, as DNS would have it."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.request("GET", path, headers={**headers, "Host": host})
    return connection.getresponse().status


def test_the_front_of_the_stage_is_the_front_of_an_account(stage: LocalStage) -> None:
    client_of = client(stage, "cloudformation")
    deployed = client_of.get_template(StackName=stage.deployment.stack("front"))["TemplateBody"]
    body = deployed if isinstance(deployed, dict) else json.loads(deployed)
    assert body == front_template(ROOT)
