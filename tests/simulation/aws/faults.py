"""What may go wrong in an invocation, and when: decided by chance before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any, Final

from botocore.exceptions import ClientError, ReadTimeoutError


class Crash(BaseException):  # not an error that code may handle: the function is gone
    """The function is stopped at this very line: out of memory, out of time, a host that dies."""


class Fault(StrEnum):
    """One way in which an AWS call goes wrong."""

    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    THROTTLE = "throttled"
    CONFLICT = "conflict"
    # The answer is lost, and botocore makes the call again.
    NO_ANSWER = "no answer"
    # Another invocation runs between this one's reads and its write.
    INTERLEAVE = "another in between"
    # PutEvents takes some entries only.
    REFUSE_ENTRIES = "entries refused"
    # BatchWriteItem leaves some of its writes undone, and says so.
    LEAVE_UNDONE = "writes left undone"
    # A query's page ends early, and another follows.
    SHORT_PAGE = "short page"
    # The handler ends well, and nobody hears of it.
    NO_ACK = "no acknowledgement"


WRITES: Final = frozenset({"PutItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})


_CONDITIONAL: Final = frozenset({"PutItem", "DeleteItem", "TransactWriteItems"})


# Fault -> the calls that can suffer it; None for every call.
_STRIKES: Final[dict[Fault, frozenset[str] | None]] = {
    Fault.CRASH_BEFORE: None,
    Fault.CRASH_AFTER: None,
    Fault.THROTTLE: None,
    Fault.CONFLICT: _CONDITIONAL,
    Fault.NO_ANSWER: WRITES | {"PutEvents", "SendEmail"},
    Fault.INTERLEAVE: _CONDITIONAL,
    Fault.REFUSE_ENTRIES: frozenset({"PutEvents"}),
    Fault.LEAVE_UNDONE: frozenset({"BatchWriteItem"}),
    Fault.SHORT_PAGE: frozenset({"Query"}),
}


_WEIGHTS: Final = {
    Fault.CRASH_BEFORE: 3,
    Fault.CRASH_AFTER: 4,
    Fault.THROTTLE: 2,
    Fault.CONFLICT: 2,
    Fault.NO_ANSWER: 2,
    Fault.INTERLEAVE: 6,
    Fault.REFUSE_ENTRIES: 3,
    Fault.LEAVE_UNDONE: 1,
    Fault.SHORT_PAGE: 1,
    Fault.NO_ACK: 1,
}


# How often, where anything goes wrong, something is aimed at one of the rare calls.
_AIM: Final = 0.4


# The relay makes one kind of call; most of the others' faults would pass it by.
_RELAY: Final = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.NO_ANSWER, Fault.REFUSE_ENTRIES, Fault.THROTTLE)


# What may go on for a while: seven times outlasts the tries.
_REPEATED: Final = frozenset({Fault.THROTTLE, Fault.CONFLICT, Fault.SHORT_PAGE})


# Calls that few invocations make, and where a fault does most: they are aimed at.
_RARE: Final = ("SendEmail", "SendEmail", "BatchWriteItem", "ReceiveMessage", "DeleteMessage")


_AIMED: Final = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.CRASH_AFTER, Fault.NO_ANSWER, Fault.THROTTLE)


@dataclass
class Strike:
    """One fault to come: at the first fitting call after `calls_before` others, so many times.

    Fitting are the calls that can suffer it, or the one operation that it is aimed at.
    """

    fault: Fault
    calls_before: int
    times: int = 1
    aim: str | None = None

    def hits(self, operation: str) -> bool:
        """Whether it strikes this call; counts it."""
        fitting = frozenset({self.aim}) if self.aim else _STRIKES.get(self.fault, frozenset())
        if self.times == 0 or (fitting is not None and operation not in fitting):
            return False
        self.calls_before -= 1
        if self.calls_before >= 0:
            return False
        self.times -= 1
        return True


@dataclass
class Trouble:
    """All that goes wrong in one invocation. `rng` decides what is still open when it does."""

    rng: Random
    strikes: list[Strike] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def strike(self, operation: str) -> Fault | None:
        """What strikes this call, if anything."""
        for strike in self.strikes:
            if strike.hits(operation):
                self.seen.append(f"{strike.fault} {operation}")
                return strike.fault
        return None

    @property
    def loses_acknowledgement(self) -> bool:
        """Whether nobody hears that the handler ended well."""
        return any(strike.fault is Fault.NO_ACK for strike in self.strikes)


def trouble(rng: Random, *, chance: float, relay: bool = False) -> Trouble:
    """What goes wrong in an invocation: with `chance` something, now and then two things."""
    found = Trouble(rng)
    while rng.random() < chance:
        faults: Sequence[Fault] = _RELAY if relay else tuple(_WEIGHTS)
        [fault] = rng.choices(faults, [_WEIGHTS[each] for each in faults])
        # Most invocations make two to twelve calls; a batch of ten makes thirty.
        calls_before = min(int(rng.expovariate(0.5)), 30)
        times = rng.choice((1, 1, 2, 7)) if fault in _REPEATED else 1
        found.strikes.append(Strike(fault, calls_before, times))
        chance /= 3
    if found.strikes and rng.random() < _AIM:
        found.strikes.append(Strike(rng.choice(_AIMED), 0, aim=rng.choice(_RARE)))
    return found


def refuse(fault: Fault | None, operation: str, params: dict[str, Any]) -> None:
    """Raise what stops a call before it is made, if that is what strikes it."""
    match fault:
        case Fault.CRASH_BEFORE:
            raise Crash
        case Fault.THROTTLE:
            raise _throttled(operation)
        case Fault.CONFLICT:
            raise _conflict(operation, params)


def _throttled(operation: str) -> ClientError:
    """What botocore raises when its own tries are over."""
    elsewhere = operation in {"PutEvents", "SendEmail", "ReceiveMessage", "DeleteMessage"}
    return _client_error(operation, "ThrottlingException" if elsewhere else "ProvisionedThroughputExceededException")


def _conflict(operation: str, params: dict[str, Any]) -> ClientError:
    """What a write gets that meets somebody else's transaction."""
    if operation != "TransactWriteItems":
        return _client_error(operation, "TransactionConflictException")
    codes = ["None"] * len(params["TransactItems"])
    codes[-1] = "TransactionConflict"
    return _client_error(operation, "TransactionCanceledException", [{"Code": code} for code in codes])


def in_part(params: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A BatchWriteItem in two: what is done of it, which is something, and what is left undone."""
    [(table, requests)] = params["RequestItems"].items()
    done = max(1, len(requests) // 2)
    return {**params, "RequestItems": {table: requests[:done]}}, {table: requests[done:]} if requests[done:] else {}


def no_answer() -> ReadTimeoutError:
    """What botocore raises when it may not try again."""
    return ReadTimeoutError(endpoint_url="https://email.us-east-1.amazonaws.com")


def _client_error(operation: str, code: str, reasons: list[dict[str, str]] | None = None) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPHeaders": {}}}
    if reasons is not None:
        response["CancellationReasons"] = reasons
    return ClientError(response, operation)
