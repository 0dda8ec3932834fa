"""What a function is told by its environment: a pydantic model read once."""

from __future__ import annotations

import os
from typing import Final, Self, cast

from pydantic import BaseModel, ConfigDict

# Packaging and OpenAPI generation import the services without a stage; nothing is deployed under this name.
UNDEPLOYED = "dev"
# The shop's currency where a deployment names none.
DEFAULT_CURRENCY = "USD"


class Settings(BaseModel):
    """Base of a service's settings: each field is the environment variable of its name in upper case."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)

    stage: str = UNDEPLOYED
    bus_name: str = ""

    @classmethod
    def read(cls) -> Self:
        """The settings of this process. Raises pydantic's ValidationError naming what is missing or wrong."""
        if cls not in _READ:
            _READ[cls] = cls.model_validate({name.lower(): value for name, value in os.environ.items()})
        return cast("Self", _READ[cls])


_READ: Final[dict[type[Settings], Settings]] = {}


def table_name(service: str) -> str:
    """The table of a service at this stage, as its resources.yaml names it."""
    return f"regulars-{os.environ.get('STAGE', UNDEPLOYED)}-{service}"
