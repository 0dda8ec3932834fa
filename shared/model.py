"""The base of what callers send and read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ApiModel(BaseModel):
    """A model that is built when it is first used.

    Every function of a service imports all of its models, and meets few or none of them: the patterns of one
    customer alone cost a cold start more than Chalice does.
    """

    model_config = ConfigDict(defer_build=True)
