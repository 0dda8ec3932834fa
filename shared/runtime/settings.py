"""The settings of a function: a pydantic model of its environment, read once."""

from __future__ import annotations

import os
from typing import Final, Self, cast

from pydantic import BaseModel, ConfigDict

# Packaging and the OpenAPI documents import the services without a stage. Nothing is deployed under this name.
UNDEPLOYED = "dev"
# The shop's currency where a deployment names none.
DEFAULT_CURRENCY = "USD"


class Settings(BaseModel):
    """The base of a service's settings. Each field reads the environment variable with its name in upper case."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)

    stage: str = UNDEPLOYED
    bus_name: str = ""

    @classmethod
    def read(cls) -> Self:
        """The settings of this process. Raises pydantic's ValidationError, which names missing and wrong values."""
        if cls not in _READ:
            _READ[cls] = cls.model_validate({name.lower(): value for name, value in os.environ.items()})
        return cast("Self", _READ[cls])


_READ: Final[dict[type[Settings], Settings]] = {}


def table_name(service: str) -> str:
    """The name of a service's table at this stage, as in the service's resources.yaml."""
    return f"regulars-{os.environ.get('STAGE', UNDEPLOYED)}-{service}"
