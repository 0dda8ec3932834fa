"""Cold starts: importing each service's bundle against making one client of boto3, measured in turns."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any, Final

from benchmarks.speed.lambdas import Lambdas

BASE: Final = "a bare boto3 client"
_CLIENT: Final = "import boto3; boto3.client('dynamodb')"
_CHALICE: Final = "from chalice import Chalice; app = Chalice(app_name='empty')"
_LIBRARIES: Final = """
import chalice, pynamodb.models, pynamodb.transactions, pynamodb_attributes
import aws_lambda_powertools.logging, aws_lambda_powertools.metrics
from pydantic import AwareDatetime, BaseModel
class Model(BaseModel):
    at: AwareDatetime
"""
_TOP: Final = 12


def measure(lambdas: Lambdas, services: tuple[str, ...], recording: Mapping[str, Any], pairs: int) -> dict[str, Any]:
    """Ratios of `pairs` turns, of importing and of everything until a first batch of orders is handled."""
    with_libraries = [lambdas.unpacked(services[0])]
    subjects: dict[str, tuple[list[str], str]] = {
        "an empty Chalice app": (with_libraries, _CHALICE),
        "an empty Chalice app with a boto3 client": (with_libraries, _CHALICE + "\n" + _CLIENT),
        "the libraries of Regulars alone": (with_libraries, _LIBRARIES),
    } | {service: ([lambdas.unpacked(service)], "import app") for service in services}
    found = {name: _start(lambdas, path, code, pairs) for name, (path, code) in subjects.items()}
    return {
        "starts": found,
        "first": {name: _first(lambdas, recording, name, pairs) for name in ("points earned", "order recorded")},
        "packages": {service: _top(lambdas.import_times(service)) for service in services},
    }


def _start(lambdas: Lambdas, path: list[str], code: str, pairs: int) -> dict[str, float]:
    turns = [(lambdas.probe("start", path, code=code), lambdas.probe("start", [], code=_CLIENT)) for _ in range(pairs)]
    return _summary(turns)


def _first(lambdas: Lambdas, recording: Mapping[str, Any], name: str, pairs: int) -> dict[str, float]:
    """Regulars against the handler by hand, from nothing to the end of the first batch of ten."""
    from benchmarks.speed.handlers import task  # noqa: PLC0415  # one needs the other only here

    work = task(lambdas, recording, name)
    turns = [
        (lambdas.probe("first", whose="regulars", **work), lambdas.probe("first", whose="by hand", **work))
        for _ in range(pairs)
    ]
    return _summary(turns)


def _summary(turns: list[tuple[dict[str, float], dict[str, float]]]) -> dict[str, float]:
    return {
        "ms": median(one["wall"] for one, _ in turns) * 1000,
        "base_ms": median(base["wall"] for _, base in turns) * 1000,
        "ratio": median(one["wall"] / base["wall"] for one, base in turns),
        "cpu_ratio": median(one["cpu"] / base["cpu"] for one, base in turns),
    }


def _top(times: dict[str, float]) -> dict[str, float]:
    dearest = sorted(times, key=lambda name: times[name], reverse=True)[:_TOP]
    return {name: round(times[name], 1) for name in dearest}
