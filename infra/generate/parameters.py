"""Makes the template's parameters and the functions' variables from a service's settings.

Each field of `<service>.settings` is an environment variable. A field that the service's resources.yaml does not fill
from a resource is also a parameter. The shop may set it when it deploys.
"""

from __future__ import annotations

from enum import EnumMeta
from importlib import import_module
from typing import Any

from pydantic.fields import FieldInfo

from infra.generate.grants import camel
from shared.runtime.settings import Settings

Json = dict[str, Any]


def parameters(service: str, own: Json) -> Json:
    """`Parameters` and `Globals` of the template, for the settings that `own` (resources.yaml) does not fill."""
    filled = own.get("Globals", {}).get("Function", {}).get("Environment", {}).get("Variables", {})
    names = {name: field for name, field in _fields(service).items() if name.upper() not in filled}
    variables = {name.upper(): {"Ref": camel(name)} for name in names}
    return {
        "Parameters": {camel(name): _parameter(service, name, field) for name, field in names.items()},
        "Globals": {"Function": {"Environment": {"Variables": variables}}},
    }


def _fields(service: str) -> dict[str, FieldInfo]:
    """The fields that are the service's own."""
    settings: type[Settings] = getattr(import_module(f"{service}.settings"), f"{service.capitalize()}Settings")
    return {name: field for name, field in settings.model_fields.items() if name not in Settings.model_fields}


def _parameter(service: str, name: str, field: FieldInfo) -> Json:
    """One parameter. Raises ValueError for a field without a description, because the shop must know its meaning."""
    if not field.description:
        raise ValueError(f"{service}.settings: {name} has no description")
    parameter: Json = {"Type": "String", "Description": field.description}
    if isinstance(field.annotation, EnumMeta):
        parameter["AllowedValues"] = [member.value for member in field.annotation]
    patterns = [each.pattern for each in field.metadata if getattr(each, "pattern", None)]
    if patterns:
        # CloudFormation matches a pattern against the whole value.
        parameter["AllowedPattern"] = patterns[0].removeprefix("^").removesuffix("$")
    if not field.is_required():
        parameter["Default"] = field.default
    return parameter
