"""A service's contracts agree with its code, with the catalogue of events, and with the packaged template."""

from __future__ import annotations

import re
from typing import Any

import pytest

from infra.apps import load_app
from infra.generate import grants
from infra.generate.tables import indexes
from infra.generate.template import logical_id
from shared.contract import API, INBOX, RELAY, Contract, ContractError, capabilities
from shared.events.base import FOREIGN_SOURCES
from shared.events.catalogue import EVENTS
from shared.runtime.settings import Settings
from shared.runtime.triggers import listener, relay_of
from shared.services import SERVICES
from tests.contract.packaging.packaged import functions, of_type, properties, template

each_service = pytest.mark.parametrize("service", SERVICES)


def contracts(service: str) -> list[Contract]:
    return [capability.contract for capability in capabilities(service)]


def heard(service: str) -> list[str]:
    return [event for contract in contracts(service) for event in contract.hears]


@each_service
def test_it_tells_every_event_that_the_catalogue_says_it_tells(service: str) -> None:
    told = [event for contract in contracts(service) for event in contract.tells]
    wanted = [event for event, kind in EVENTS.items() if service in kind.told_by and not kind.announced]
    assert sorted(told) == sorted(wanted)
    assert set(relay_of(service, "bus").builders) == set(told)


@each_service
def test_each_event_that_it_hears_has_one_handler_which_takes_that_event(service: str) -> None:
    assert len(set(heard(service))) == len(heard(service))
    assert {event: found and found[0] for event in heard(service) if (found := listener(service, event))} == {
        event: EVENTS[event] for event in heard(service)
    }


@each_service
def test_it_does_not_hear_what_no_contract_names(service: str) -> None:
    assert listener(service, "MessageBounced") is None


@each_service
def test_its_rules_bring_exactly_what_it_hears_from_those_who_tell_it(service: str) -> None:
    patterns = [rule["Properties"]["EventPattern"] for rule in of_type(service, "AWS::Events::Rule").values()]
    brought = [(source, event) for rule in patterns for source in rule["source"] for event in rule["detail-type"]]
    assert sorted(brought) == sorted(
        (teller if teller in FOREIGN_SOURCES else f"regulars.{teller}", event)
        for event in heard(service)
        for teller in EVENTS[event].told_by
    )


@each_service
def test_every_route_has_a_handler_that_fits_it_and_problems_that_exist(service: str) -> None:
    endpoints = load_app(service).functions.endpoints.all
    declared = [route.key for contract in contracts(service) for route in contract.routes]
    assert [endpoint.key for endpoint in endpoints] == declared
    for endpoint in endpoints:
        assert endpoint.views
        assert len(endpoint.problems) == len(set(endpoint.route.problems))


@each_service
def test_app_py_names_every_function_and_chalice_packages_each(service: str) -> None:
    module = load_app(service)
    sources = {source.name: source.handler_string for source in module.app.event_sources}
    assert {API, *sources} == set(grants.functions(service))
    assert sources == {name: f"app.{name}" for name in sources}
    assert all(callable(getattr(module, name)) for name in sources)
    assert set(functions(service)) == {logical_id(name) for name in grants.functions(service)}


@each_service
def test_a_schedule_that_no_contract_has_is_refused(service: str) -> None:
    with pytest.raises(ContractError, match="tomorrow"):
        load_app(service).functions.job("tomorrow")


@each_service
def test_each_grant_is_for_functions_and_resources_that_exist(service: str) -> None:
    secrets = of_type(service, "AWS::SecretsManager::Secret")
    for grant in (grant for contract in contracts(service) for grant in contract.grants):
        # The relay reads its stream and no table; a secret may be what an event is made with.
        assert set(grant.to) <= set(grants.functions(service)) - (set() if grant.secret else {RELAY})
        assert [bool(part) for part in (grant.table, grant.index, grant.secret, grant.mail)].count(True) == 1
        assert grant.index is None or grant.index in indexes(service)
        assert grant.secret is None or grant.secret in secrets


@each_service
def test_each_index_has_a_function_that_may_query_it(service: str) -> None:
    granted = {grant.index for contract in contracts(service) for grant in contract.grants if grant.index}
    assert granted == set(indexes(service))


@each_service
def test_the_packaged_table_has_the_indexes_that_the_items_declare(service: str) -> None:
    packaged = properties(service, "Table").get("GlobalSecondaryIndexes", [])
    by_name = {index["IndexName"]: index for index in packaged}
    assert set(by_name) == set(indexes(service))
    for name, index in indexes(service).items():
        projection = by_name[name]["Projection"]
        assert projection["ProjectionType"] == index.Meta.projection.projection_type
        assert projection.get("NonKeyAttributes") == index.Meta.projection.non_key_attributes


@each_service
def test_the_template_sets_every_setting_and_has_its_default(service: str) -> None:
    variables: dict[str, Any] = template(service)["Globals"]["Function"]["Environment"]["Variables"]
    settings: type[Settings] = getattr(
        __import__(f"{service}.settings", fromlist=["settings"]), f"{service.capitalize()}Settings"
    )
    for name, field in settings.model_fields.items():
        given = variables[name.upper()]
        parameter = template(service)["Parameters"].get(given.get("Ref")) if name not in Settings.model_fields else None
        if parameter:
            assert parameter.get("Default") == (None if field.is_required() else field.default)
            assert re.fullmatch(parameter.get("AllowedPattern", ".*"), str(parameter.get("Default", "x")), re.DOTALL)


@each_service
def test_the_inbox_may_do_what_the_ordinary_inbox_does(service: str) -> None:
    sids = [statement["Sid"] for statement in grants.policy(service, INBOX)["Statement"]]
    assert {"Log", "Trace", "ReadAndWriteOwnTable", "TakeFromInbox", "SweepDeadLetters", "UseTheKey"} <= set(sids)
    assert len(sids) == len(set(sids))
