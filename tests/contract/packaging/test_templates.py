"""What the packaged templates must hold: the decorators cannot say these things, so they are not what is tested."""

from __future__ import annotations

import json
from typing import Any

import pytest

from customers.orders.contradictions import METRIC
from infra.bundle import ROOT
from infra.generate.core import core_template
from infra.generate.front import ALL_VIEWER_EXCEPT_HOST_HEADER, CACHING_DISABLED, front_template
from infra.generate.paths import paths, service_for
from shared.errors import BadRequestError, ForbiddenError, NotFoundError, ProblemError, UnavailableError
from shared.http.problems import TooLargeError, UnsupportedMediaTypeError
from tests.contract.packaging.packaged import SERVICES, functions, of_type, properties, template

FOURTEEN_DAYS = 14 * 24 * 3600

each_service = pytest.mark.parametrize("service", SERVICES)


def sources(service: str, kind: str) -> dict[str, dict[str, Any]]:
    """Properties of the event sources of a type, by the function they wake."""
    return {
        name: event["Properties"]
        for name, function in functions(service).items()
        for event in function.get("Events", {}).values()
        if event["Type"] == kind
    }


@each_service
def test_a_bad_message_fails_alone_and_ends_in_the_dead_letter_queue(service: str) -> None:
    queues = sources(service, "SQS")
    assert list(queues) == ["Inbox"]
    assert queues["Inbox"]["Queue"] == {"Fn::GetAtt": ["Queue", "Arn"]}
    assert queues["Inbox"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queues["Inbox"]["BatchSize"] == 10
    assert properties(service, "Queue")["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
        "maxReceiveCount": 5,
    }
    assert properties(service, "Dead")["MessageRetentionPeriod"] == FOURTEEN_DAYS


@each_service
def test_a_message_stays_hidden_six_times_as_long_as_its_function_may_run(service: str) -> None:
    assert properties(service, "Queue")["VisibilityTimeout"] >= 6 * functions(service)["Inbox"]["Timeout"]


@each_service
def test_the_stream_is_read_from_its_start_within_bounds_and_only_where_there_is_something_to_tell(
    service: str,
) -> None:
    streams = sources(service, "DynamoDB")
    assert list(streams) == ["Relay"]
    relay = streams["Relay"]
    assert relay["Stream"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert relay["StartingPosition"] == "TRIM_HORIZON"
    assert relay["BisectBatchOnFunctionError"] is True
    assert relay["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 0 < relay["MaximumRetryAttempts"] <= 10
    assert 0 < relay["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert relay["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["Untold", "Arn"]}
    (pattern,) = relay["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"NewImage": {"outbox": {"S": [{"exists": True}]}}},
    }


@each_service
def test_every_schedule_gives_up_in_time_for_the_next_run(service: str) -> None:
    for name, schedule in sources(service, "Schedule").items():
        assert schedule["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 3600
        assert functions(service)[name]["EventInvokeConfig"]["MaximumRetryAttempts"] <= 2


@each_service
def test_no_event_source_is_of_another_kind(service: str) -> None:
    kinds = {event["Type"] for function in functions(service).values() for event in function.get("Events", {}).values()}
    assert kinds <= {"SQS", "DynamoDB", "Schedule"}


@each_service
def test_every_rule_names_its_sources_and_events_and_sends_to_the_own_queue_only(service: str) -> None:
    rules = of_type(service, "AWS::Events::Rule")
    assert rules
    for rule in (part["Properties"] for part in rules.values()):
        assert rule["EventBusName"] == {"Fn::Sub": "regulars-${Stage}"}
        assert [target["Arn"] for target in rule["Targets"]] == [{"Fn::GetAtt": ["Queue", "Arn"]}]
        assert rule["Targets"][0]["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["Dead", "Arn"]}
        for field in ("source", "detail-type"):
            named = rule["EventPattern"][field]
            assert named
            assert all(isinstance(one, str) for one in named)


@each_service
def test_only_the_own_rules_may_send_to_the_queues(service: str) -> None:
    (statement,) = properties(service, "QueuePolicy")["PolicyDocument"]["Statement"]
    allowed = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert {one["Fn::GetAtt"][0] for one in allowed} == set(of_type(service, "AWS::Events::Rule"))


@each_service
def test_the_table_can_be_restored_and_is_encrypted_and_kept(service: str) -> None:
    table = template(service)["Resources"]["Table"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    wanted = {
        "TableName": {"Fn::Sub": f"regulars-${{Stage}}-{service}"},
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "KeyArn"}},
    }
    assert {key: table["Properties"][key] for key in wanted} == wanted


@each_service
def test_everything_that_can_go_wrong_raises_an_alarm(service: str) -> None:
    alarms = [part["Properties"] for part in of_type(service, "AWS::CloudWatch::Alarm").values()]
    assert all(alarm["AlarmActions"] == [{"Ref": "AlarmTopicArn"}] for alarm in alarms)
    seen = {(alarm["MetricName"], json.dumps(alarm["Dimensions"][0]["Value"])) for alarm in alarms}
    for function in functions(service).values():
        name = json.dumps(function["FunctionName"])
        assert {("Errors", name), ("Throttles", name)} <= seen
    relay = json.dumps(functions(service)["Relay"]["FunctionName"])
    assert ("IteratorAge", relay) in seen
    for queue in ("Dead", "Untold"):
        name = json.dumps({"Fn::GetAtt": [queue, "QueueName"]})
        assert ("ApproximateNumberOfMessagesVisible", name) in seen


def test_a_contradicted_order_raises_an_alarm() -> None:
    alarms = of_type("customers", "AWS::CloudWatch::Alarm")
    [alarm] = [each["Properties"] for each in alarms.values() if each["Properties"]["MetricName"] == METRIC]
    assert {each["Name"] for each in alarm["Dimensions"]} == {"service", "stage"}
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopicArn"}]


@each_service
def test_logs_are_kept_for_a_while_and_each_function_writes_only_its_own(service: str) -> None:
    groups = of_type(service, "AWS::Logs::LogGroup")
    assert len(groups) == len(functions(service))
    assert all(group["Properties"]["RetentionInDays"] <= 90 for group in groups.values())
    for function in functions(service).values():
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups


@each_service
def test_errors_of_the_gateway_look_like_errors_of_the_service(service: str) -> None:
    kinds = (NotFoundError, ForbiddenError, BadRequestError, UnavailableError, ProblemError)
    known = {f"/problems/{kind.slug}": kind for kind in (*kinds, TooLargeError, UnsupportedMediaTypeError)}
    answers = properties(service, "RestAPI")["GatewayResponses"]
    assert {"MISSING_AUTHENTICATION_TOKEN", "REQUEST_TOO_LARGE", "DEFAULT_4XX", "DEFAULT_5XX"} <= set(answers)
    for answer in answers.values():
        assert answer["ResponseParameters"]["Headers"]["Content-Type"] == "'application/problem+json'"
        assert answer["ResponseParameters"]["Headers"]["X-Content-Type-Options"] == "'nosniff'"
        problem = json.loads(answer["ResponseTemplates"]["application/json"])
        kind = known[problem["type"]]
        assert (problem["title"], problem["status"], answer["StatusCode"]) == (
            kind.title,
            kind.status,
            str(kind.status),
        )
        assert problem["request_id"] == "$context.requestId"


def test_an_access_token_of_staff_lives_fifteen_minutes() -> None:
    client = core_template(ROOT)["Resources"]["StaffClient"]["Properties"]
    assert (client["AccessTokenValidity"], client["TokenValidityUnits"]["AccessToken"]) == (15, "minutes")


@each_service
def test_every_route_is_reached_through_the_table_of_paths(service: str) -> None:
    for path in properties(service, "RestAPI")["DefinitionBody"]["paths"]:
        assert service_for(path) == service, path


def test_the_front_asks_the_same_table_in_the_same_order_and_passes_the_authorization_on() -> None:
    config = front_template(ROOT)["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    behaviours = config["CacheBehaviors"]
    assert [(one["PathPattern"], one["TargetOriginId"]) for one in behaviours] == list(paths())
    for behaviour in [*behaviours, config["DefaultCacheBehavior"]]:
        assert behaviour["CachePolicyId"] == CACHING_DISABLED
        assert behaviour["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST_HEADER


def test_a_pattern_never_hides_one_that_comes_after_it() -> None:
    for position, (pattern, service) in enumerate(paths()):
        assert service_for(pattern.replace("*", "x")) == service, paths()[position]
