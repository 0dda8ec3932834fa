"""The base of the models that callers send and read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ApiModel(BaseModel):
    """A model that is built when it is first used.

    Every function of a service imports all models of the service, but uses few or none of them. The patterns of one
    customer alone slow a cold start more than Chalice does.
    """

    model_config = ConfigDict(defer_build=True)
