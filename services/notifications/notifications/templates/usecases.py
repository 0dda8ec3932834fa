"""Renders Liquid templates within limits. The first rendering imports Liquid, because the import takes 0.3 s."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from notifications.templates.models import Content, Template

if TYPE_CHECKING:
    from liquid import BoundTemplate, Environment

_FOLDER: Final = Path(__file__).parent

# Gmail clips a message of more than 102 KB. A template with more output is broken.
_MOST_OUTPUT_BYTES: Final = 100 * 1024
# No mail lists more rows.
_MOST_LOOPS: Final = 1_000
_MOST_LOCAL_BYTES: Final = 64 * 1024


def render_template(template: Template, values: Mapping[str, object]) -> Content:
    """Render subject, HTML and text. A variable that `values` lacks raises liquid's UndefinedError."""
    subject, html, text = (_compiled(template.name, part).render(**values) for part in ("subject", "html", "text"))
    # A subject is one line. The template's file ends with a line break, and a value must not add another.
    return Content(" ".join(subject.split()), html, text)


@cache
def _compiled(name: str, part: str) -> BoundTemplate:
    return _environment(is_html=part == "html").get_template(f"{name}/{part}.liquid")


@cache
def _environment(*, is_html: bool) -> Environment:
    from liquid import Environment, FileSystemLoader, Mode, StrictUndefined  # noqa: PLC0415  # heavy: see above
    from liquid.extra import BlockTag, ExtendsTag  # noqa: PLC0415

    class Limited(Environment):
        output_stream_limit = _MOST_OUTPUT_BYTES
        loop_iteration_limit = _MOST_LOOPS
        local_namespace_limit = _MOST_LOCAL_BYTES

    made = Limited(
        loader=FileSystemLoader(_FOLDER), autoescape=is_html, undefined=StrictUndefined, tolerance=Mode.STRICT
    )
    made.add_tag(ExtendsTag)
    made.add_tag(BlockTag)
    return made
