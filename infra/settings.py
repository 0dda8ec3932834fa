"""Reads the parameters that a shop sets at a deployment: `SET="ShopName='The Mug' Sender=shop@example.com"`."""

import shlex
from difflib import get_close_matches
from pathlib import Path

from infra.generate.core import core_template
from infra.generate.front import front_template
from infra.generate.template import additions
from shared.services import SERVICES


class SettingsError(Exception):
    """A setting cannot be understood. The message names it."""


def read_settings(text: str, root: Path) -> dict[str, str]:
    """The parameters in `Name=value Name='a value'`, by name. Raises SettingsError, also for an unknown name."""
    try:
        pairs = shlex.split(text)
    except ValueError as error:
        raise SettingsError(f"SET cannot be read: {error} in {text}") from None
    known = _known(root)
    return dict(_setting(pair, known) for pair in pairs)


def _setting(pair: str, known: set[str]) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals:
        raise SettingsError(f"{pair} sets nothing. Write SET=\"Name=value Name='a value with spaces'\"")
    if name not in known:
        meant = get_close_matches(name, known, n=1)
        hint = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(sorted(known))}."
        raise SettingsError(f"No template has a parameter {name}: {hint}")
    return name, value


def _known(root: Path) -> set[str]:
    """Names of the parameters of all templates."""
    templates = [core_template(root), front_template(root), *(additions(root, service) for service in SERVICES)]
    return {name for template in templates for name in template["Parameters"]}
