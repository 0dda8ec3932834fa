"""Generates docs/api (an OpenAPI 3.1 document for each service) and docs/events (JSON Schemas and the catalogue).

It also fills the tables of services/*/README.md (infra.docs.readme).

python -m infra.docs            writes the files
python -m infra.docs --check    names each stale file, and fails if there is one
"""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any, Final

from infra.apps import ROOT, load_app
from infra.docs.readme import filled
from shared.events.base import FOREIGN_SOURCES, EventData, Metadata
from shared.events.catalogue import EVENTS
from shared.http.openapi import openapi
from shared.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

DOCS: Final = ROOT / "docs"
_GENERATED: Final = (DOCS / "api", DOCS / "events")
_CATALOGUE_HEAD: Final = """# Events

Every event that Regulars tells or hears, generated from `shared/events/` by `python -m infra.docs`. An event of the
house lies on the bus as `source` `regulars.<service>`, `detail-type` its name, and `detail`
`{"metadata": {…}, "data": {…}}`; the schema named after it is that of `detail`. An event of the shop's own systems
(`source` `orders` or `storefront`) has its data itself as `detail`. Fields are only ever added; readers ignore those
that they do not know. One that is *announced* can be heard already, and is not told yet.
"""


def main(arguments: list[str]) -> int:
    """Returns the exit status: 1 if `--check` finds a stale file."""
    wanted = dict(_files())
    if "--check" in arguments:
        return _report(sorted(_stale(wanted)))
    for path in _left_over(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _files() -> Iterator[tuple[Path, str]]:
    for service in SERVICES:
        yield DOCS / "api" / f"{service}.json", _json(_api(service))
        page = ROOT / "services" / service / "README.md"
        yield page, filled(service, page.read_text(encoding="utf-8"))
    for name, event in EVENTS.items():
        yield DOCS / "events" / f"{name}.json", _json(event_schema(event))
    yield DOCS / "events" / "README.md", _catalogue()


def event_schema(event: type[EventData]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an event's `detail` on the bus."""
    if is_foreign(event):
        return _named(event, event.model_json_schema())
    data, metadata = event.model_json_schema(), Metadata.model_json_schema()
    definitions = data.pop("$defs", {}) | metadata.pop("$defs", {})
    detail = {"type": "object", "required": ["metadata", "data"], "properties": {"metadata": metadata, "data": data}}
    return _named(event, detail | ({"$defs": definitions} if definitions else {}))


def is_foreign(event: type[EventData]) -> bool:
    """Whether the shop's own systems tell the event, and no service."""
    return any(source in FOREIGN_SOURCES for source in event.told_by)


def _named(event: type[EventData], schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": event.__name__,
        "description": inspect.getdoc(event) or "",
    }


def _api(service: str) -> dict[str, Any]:
    app = load_app(service)
    about = (inspect.getdoc(app) or "").strip()
    return openapi(service, app.functions.endpoints.all, about=about)


def _catalogue() -> str:
    own = [event for event in EVENTS.values() if not is_foreign(event)]
    foreign = [event for event in EVENTS.values() if is_foreign(event)]
    return "\n".join(
        [
            _CATALOGUE_HEAD,
            "## From the shop's own systems\n",
            *_table(foreign),
            "\n## From Regulars\n",
            *_table(own),
            "",
        ]
    )


def _table(events: list[type[EventData]]) -> Iterator[str]:
    yield "| event | told by | personal data | meaning | fields |"
    yield "|---|---|---|---|---|"
    for event in events:
        meaning = " ".join((inspect.getdoc(event) or "").split()).replace("|", "\\|")
        fields = ", ".join(f"`{name}`" for name in event.model_fields)
        personal = "yes" if event.personal else "no"
        link = f"[{event.__name__}]({event.__name__}.json)"
        tellers = ", ".join(event.told_by) + (" (announced)" if event.announced else "")
        yield f"| {link} | {tellers} | {personal} | {meaning} | {fields} |"


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _stale(wanted: Mapping[Path, str]) -> Iterator[Path]:
    yield from (path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text)
    yield from _left_over(wanted)


def _left_over(wanted: Mapping[Path, str]) -> list[Path]:
    """Generated files of events and services that no longer exist."""
    return [path for folder in _GENERATED for path in folder.glob("*.json") if path not in wanted]


def _report(stale: list[Path]) -> int:
    for path in stale:
        print(f"stale: {path.relative_to(ROOT)} (run python -m infra.docs)")
    return 1 if stale else 0
