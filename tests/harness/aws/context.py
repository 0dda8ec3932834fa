"""The Lambda context that handlers are called with."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field


@dataclass
class LambdaContext:
    """What Powertools and Chalice read of a context."""

    function_name: str = "test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:test"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@dataclass
class ShortContext(LambdaContext):
    """A context whose time runs out after some rows of a job."""

    rows: int = 0

    def get_remaining_time_in_millis(self) -> int:
        self.rows -= 1
        return 60_000 if self.rows >= 0 else 1_000
