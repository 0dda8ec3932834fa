"""Who belongs to which segment, and when time alone changes that."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract, Grant, Route, Schedule
from shared.roles import GENERAL_STAFF

CONTRACT: Final = Contract(
    routes=(
        Route("GET", "/api/segments/{segment_id}/members", "list_members", GENERAL_STAFF),
        Route("GET", "/api/customers/{customer_id}/segments", "list_segments_of", GENERAL_STAFF),
    ),
    hears={
        "CustomerRegistered": "hear_profile",
        "CustomerUpdated": "hear_profile",
        "OrderRecorded": "hear_order_recorded",
    },
    tells=("SegmentEntered", "SegmentLeft"),
    # Rules change at midnight UTC. The later runs find next to nothing, and go on where one ran out of time.
    schedules=(Schedule("refresh", "cron(5 * * * ? *)", "refresh"),),
    grants=(Grant(("refresh",), table=("dynamodb:DeleteItem",)), Grant(("refresh",), index="rows_due")),
)
