"""What is merged into the template Chalice writes.

Three layers, the later over the earlier: `infra/service.yaml`, the parts that repeat for each function and rule of the
service (names, logs, alarms, targets), and the service's own `resources.yaml`.
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]

# Woken by a caller, a queue or a stream; every other function of a service is a job on a schedule.
TRIGGERED = ("api_handler", "inbox", "relay")
# A job goes over what is due in pages; what one run leaves undone the next one finds.
JOB_TIMEOUT_SECONDS = 300
MEMORY_MB = 512
LOG_DAYS = 30
# Deliveries to the inbox are settled within seconds; later than this, something is stuck.
LATE_SECONDS = 900


def additions(root: Path, service: str) -> Template:
    """The template to merge into what Chalice writes for the service in `root/services`."""
    own = yaml.safe_load((root / "services" / service / "resources.yaml").read_text())
    text = re.sub(r"\bSERVICE\b", service, (root / "infra" / "service.yaml").read_text())
    repeated = {"Resources": {**_queue_alarms(service), **_functions(service, functions(root, service)), **_rules(own)}}
    merged: Template = merge(merge(yaml.safe_load(text), repeated), own)
    return merged


def functions(root: Path, service: str) -> tuple[str, ...]:
    """The names of the service's functions in `app.py`, as its Chalice configuration lists them."""
    config = json.loads((root / "services" / service / ".chalice" / "config.json").read_text())
    return tuple(config["stages"]["regulars"]["lambda_functions"])


def merge(under: Any, over: Any) -> Any:
    """Mappings key by key, everything else replaced by `over`; neither argument is changed."""
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    return {**under, **{key: merge(under.get(key), value) for key, value in over.items()}}


def logical_id(function: str) -> str:
    """The id Chalice gives a function in its template."""
    return "APIHandler" if function == "api_handler" else _camel(function)


def _camel(function: str) -> str:
    return "".join(part.capitalize() for part in function.split("_"))


def _functions(service: str, names: tuple[str, ...]) -> Template:
    parts: Template = {}
    for name in names:
        parts |= _function(service, name)
    return parts


def _function(service: str, name: str) -> Template:
    short = "api" if name == "api_handler" else name.replace("_", "-")
    full = {"Fn::Sub": f"regulars-${{Stage}}-{service}-{short}"}
    logs = f"{_camel(name)}Logs"
    properties: Template = {
        "FunctionName": full,
        # Chalice writes Lambda's least, 128 MB, on every function: too little to import quickly: CPU comes with it.
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
        # A second run beside the first finds little to do and costs conflicts.
        "EventInvokeConfig": bounds,
        # No dead letters: docs/decisions/0009.
        "Events": {f"{_camel(name)}Event": {"Properties": {"RetryPolicy": bounds}}},
    }


def _function_alarms(name: str, full: Template) -> Template:
    watched = {"Errors": "Sum", "Throttles": "Sum"}
    if name == "relay":
        watched["IteratorAge"] = "Maximum"
    dimensions = {"FunctionName": full}
    return {
        f"{_camel(name)}{metric}Alarm": _alarm("AWS/Lambda", metric, statistic, dimensions)
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
    """An alarm on any occurrence within five minutes, or on lateness where the metric is an age."""
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


def _rules(own: Template) -> Template:
    """The bus and the target of every rule the service has, and leave for them to send to its queues."""
    rules = [name for name, part in own["Resources"].items() if part.get("Type") == "AWS::Events::Rule"]
    target = {
        "Id": "inbox",
        "Arn": {"Fn::GetAtt": ["Queue", "Arn"]},
        # What the bus itself cannot deliver is not lost either.
        "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Dead", "Arn"]}},
        "RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400},
    }
    properties = {"EventBusName": {"Fn::Sub": "regulars-${Stage}"}, "Targets": [target]}
    return {**{name: {"Properties": properties} for name in rules}, "QueuePolicy": _queue_policy(rules)}


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
