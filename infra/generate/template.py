"""Makes the template that is merged into Chalice's.

It has three layers, and a later layer overrides an earlier one: `service.yaml`; the parts made from the service's
contracts, models, settings and errors (functions, rules, table, parameters, the gateway's answers); the service's own
`resources.yaml`.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from infra.generate.gateway import gateway_responses
from infra.generate.grants import camel, functions, logs_id
from infra.generate.parameters import parameters
from infra.generate.tables import table_properties
from shared.contract import API, INBOX, RELAY, capabilities
from shared.events.base import FOREIGN_SOURCES, SOURCE_PREFIX
from shared.events.catalogue import EVENTS

Template = dict[str, Any]

# A caller, a queue or a stream starts these. Every other function of a service is a job on a schedule.
TRIGGERED = (API, INBOX, RELAY)
# A job that runs out of time stops in good order, and the next run continues.
JOB_TIMEOUT_SECONDS = 300
MEMORY_MB = 512
LOG_DAYS = 30
# The inbox handles deliveries within seconds. An older one means that something is stuck.
LATE_SECONDS = 900


def additions(root: Path, service: str) -> Template:
    """The template to merge into Chalice's, for a service in `root/services`."""
    own = own_resources(root, service)
    text = re.sub(r"\bSERVICE\b", service, (root / "infra" / "generate" / "service.yaml").read_text())
    made = parameters(service, own) | {
        "Resources": {
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": table_properties(service)},
            "RestAPI": {"Properties": {"GatewayResponses": gateway_responses()}},
            **_queue_alarms(service),
            **_functions(service, functions(service)),
            **_rules(service),
        }
    }
    merged: Template = merge(merge(yaml.safe_load(text), made), own)
    return merged


def own_resources(root: Path, service: str) -> Template:
    """The service's own resources.yaml, or an empty template if it has none."""
    file = root / "services" / service / "resources.yaml"
    own: Template = yaml.safe_load(file.read_text()) if file.exists() else {}
    return own


def merge(under: Any, over: Any) -> Any:
    """Merge mappings key by key. Any other value of `over` replaces that of `under`. Neither argument changes."""
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    return {**under, **{key: merge(under.get(key), value) for key, value in over.items()}}


def logical_id(function: str) -> str:
    """The function's id in Chalice's template."""
    return "APIHandler" if function == API else camel(function)


def _functions(service: str, names: tuple[str, ...]) -> Template:
    parts: Template = {}
    for name in names:
        parts |= _function(service, name)
    return parts


def _function(service: str, name: str) -> Template:
    short = "api" if name == API else name.replace("_", "-")
    full = {"Fn::Sub": f"regulars-${{Stage}}-{service}-{short}"}
    logs = logs_id(name)
    properties: Template = {
        "FunctionName": full,
        # Chalice sets 128 MB, Lambda's minimum. CPU grows with memory, and so little imports slowly.
        "MemorySize": MEMORY_MB,
        "CodeUri": {"Bucket": {"Ref": "CodeBucket"}, "Key": {"Ref": "CodeKey"}},
        "LoggingConfig": {"LogGroup": {"Ref": logs}},
    }
    if name not in TRIGGERED:
        properties |= _job(name)
    return {
        logical_id(name): {"Properties": properties},
        logs: {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {
                "LogGroupName": {"Fn::Sub": f"/aws/lambda/regulars-${{Stage}}-{service}-{short}"},
                "RetentionInDays": LOG_DAYS,
            },
        },
        **_function_alarms(name, full),
    }


def _job(name: str) -> Template:
    bounds = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600}
    return {
        "Timeout": JOB_TIMEOUT_SECONDS,
        # A second run beside the first finds little work and causes conflicts.
        "EventInvokeConfig": bounds,
        # No dead letters: docs/decisions/0009.
        "Events": {f"{camel(name)}Event": {"Properties": {"RetryPolicy": bounds}}},
    }


def _function_alarms(name: str, full: Template) -> Template:
    watched = {"Errors": "Sum", "Throttles": "Sum"}
    if name == RELAY:
        watched["IteratorAge"] = "Maximum"
    dimensions = {"FunctionName": full}
    return {
        f"{camel(name)}{metric}Alarm": _alarm("AWS/Lambda", metric, statistic, dimensions)
        for metric, statistic in watched.items()
    }


def _queue_alarms(service: str) -> Template:
    def queue(logical: str, metric: str) -> Template:
        return _alarm("AWS/SQS", metric, "Maximum", {"QueueName": {"Fn::GetAtt": [logical, "QueueName"]}})

    api = {"ApiName": {"Fn::Sub": f"regulars-${{Stage}}-{service}"}}
    return {
        "DeadAlarm": queue("Dead", "ApproximateNumberOfMessagesVisible"),
        "UntoldAlarm": queue("Untold", "ApproximateNumberOfMessagesVisible"),
        "QueueAgeAlarm": queue("Queue", "ApproximateAgeOfOldestMessage"),
        "ServerErrorsAlarm": _alarm("AWS/ApiGateway", "5XXError", "Sum", api),
    }


def _alarm(namespace: str, metric: str, statistic: str, dimensions: Template) -> Template:
    """An alarm for any occurrence within five minutes. For a metric that is an age, an alarm for lateness."""
    late = {"ApproximateAgeOfOldestMessage": LATE_SECONDS, "IteratorAge": LATE_SECONDS * 1000}
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            "Statistic": statistic,
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": late.get(metric, 0),
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "AlarmTopicArn"}],
            "OKActions": [{"Ref": "AlarmTopicArn"}],
        },
    }


def _rules(service: str) -> Template:
    """One rule for the events of each teller, and the policy that lets these rules send to the service's queues."""
    rules: dict[str, tuple[list[str], list[str]]] = {}
    for event in (event for capability in capabilities(service) for event in capability.contract.hears):
        tellers = EVENTS[event].told_by
        # An event with several tellers has its own rule. In a common rule, their other events would match too.
        name = f"Hears{tellers[0].capitalize()}" if len(tellers) == 1 else f"Hears{event}"
        rules.setdefault(name, ([_source(teller) for teller in tellers], []))[1].append(event)
    return {
        **{name: _rule(sources, sorted(events)) for name, (sources, events) in rules.items()},
        "QueuePolicy": _queue_policy(sorted(rules)),
    }


def _source(teller: str) -> str:
    return teller if teller in FOREIGN_SOURCES else f"{SOURCE_PREFIX}{teller}"


def _rule(sources: list[str], events: list[str]) -> Template:
    target = {
        "Id": "inbox",
        "Arn": {"Fn::GetAtt": ["Queue", "Arn"]},
        # The queue also gets the events that the bus itself cannot deliver.
        "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Dead", "Arn"]}},
        "RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400},
    }
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventBusName": {"Fn::Sub": "regulars-${Stage}"},
            "EventPattern": {"source": sources, "detail-type": events},
            "Targets": [target],
        },
    }


def _queue_policy(rules: list[str]) -> Template:
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": "Queue"}, {"Ref": "Dead"}],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Action": "sqs:SendMessage",
                        "Resource": [{"Fn::GetAtt": ["Queue", "Arn"]}, {"Fn::GetAtt": ["Dead", "Arn"]}],
                        "Condition": {
                            "ArnEquals": {"aws:SourceArn": [{"Fn::GetAtt": [name, "Arn"]} for name in rules]}
                        },
                    }
                ],
            },
        },
    }
